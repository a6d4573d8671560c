"""The hooks and the catalog."""
