"""Attention: one row in numbers, what heads do, which source token belongs to which target token, and why."""
