"""The command `inspect-values`."""
