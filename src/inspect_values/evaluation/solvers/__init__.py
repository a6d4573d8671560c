"""The elicitations as solvers."""
