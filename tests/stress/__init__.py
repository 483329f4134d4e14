"""Hostile but fair use, drawn from seeds: each is a command of its own, and the suite runs a little of it."""
