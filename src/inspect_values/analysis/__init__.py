"""The second half: logs become a verdict table and estimates."""
