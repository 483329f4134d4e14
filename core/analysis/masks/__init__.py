"""Masks: what leaks without them, and a query that may attend to nothing."""
