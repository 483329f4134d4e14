"""Scores on held-out data, and the evidence that is kept of them: read and checked in `core.evaluation.evidence`."""
