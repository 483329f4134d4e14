"""A run taken apart: its attention, its masks, its blocks, its positions, and what a reward makes of it."""
