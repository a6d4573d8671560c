"""Simulated models and judges."""
