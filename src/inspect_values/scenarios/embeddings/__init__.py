"""Embeddings of queries: one real way that works anywhere, files, local models, providers."""
