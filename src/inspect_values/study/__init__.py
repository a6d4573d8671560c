"""Many models and pairs in one go."""
