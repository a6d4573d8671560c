"""One plot a file."""
