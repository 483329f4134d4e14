"""Randomness that depends on a place in a run alone, so that a run that was broken off goes on with the same."""

import random

import torch


def drawn_for(purpose: str, *place: int) -> torch.Generator:
    """Return the randomness for one purpose at one place, such as a recipe's seed, an epoch and a batch."""
    name = "-".join((purpose, *map(str, place)))
    return torch.Generator().manual_seed(random.Random(name).getrandbits(63))
