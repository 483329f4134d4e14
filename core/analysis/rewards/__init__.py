"""Rewards: the estimate of a policy gradient on one example, and why a reward has no gradient of its own."""
