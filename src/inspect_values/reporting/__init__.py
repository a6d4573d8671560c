"""Estimates in the terminal and on a page."""
