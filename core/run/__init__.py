"""A run: what is asked of which model, what came of it, and how that is named and sent."""
