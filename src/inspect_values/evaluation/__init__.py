"""The first half: scenarios become samples, answers and verdicts in an Inspect log."""
