"""Writing new scenarios with a model, and filtering them with others."""
