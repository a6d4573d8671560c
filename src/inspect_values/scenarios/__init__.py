"""Situations, scenarios, and reading them from files."""
