"""Cache: what one step of a decode computes with kept keys and values and without, its logits and its time."""
