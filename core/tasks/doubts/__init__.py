"""Doubts about what was typed and what was written: rules beside a model, never in place of it."""
