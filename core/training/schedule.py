"""The learning rate over a run: a linear warm-up, then a decay."""

import math

from core.training.recipe import Recipe


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of the update that makes step `step` (the first is 1).

    Source: inverse_sqrt is Vaswani et al. 2017, eq. 3, with the peak as given; cosine is Loshchilov & Hutter 2017,
        eq. 5.
    """
    if step <= recipe.warmup:
        return recipe.learning_rate * step / recipe.warmup
    left = (recipe.steps - step) / (recipe.steps - recipe.warmup)
    match recipe.decay:
        case "constant":
            share = 1.0
        case "linear":
            share = left
        case "cosine":
            share = 0.5 * (1 + math.cos(math.pi * (1 - left)))
        case "inverse_sqrt":
            share = math.sqrt(max(1, recipe.warmup) / step)
    return recipe.learning_rate * share
