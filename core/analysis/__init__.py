"""Measuring: held-out scores, ablations, evidence tables."""
