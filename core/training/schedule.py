"""The learning rate over a run: a linear warm-up, then a decay."""

import math
from dataclasses import asdict

from core.training.recipe import Recipe

COOLED = 0.25  # of all steps: how long the rate of a trapezoid falls


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of the update that makes step `step` (the first is 1).

    Source: inverse_sqrt is Vaswani et al. 2017, eq. 3, with the peak as given; cosine is Loshchilov & Hutter 2017,
        eq. 5; trapezoid, which keeps its peak and then falls to 0, is Hägele et al. 2024, § 3.
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
        case "trapezoid":
            share = min(1.0, (recipe.steps - step) / (COOLED * recipe.steps))
    return recipe.learning_rate * share


def agree_until(step: int, one: Recipe, other: Recipe) -> bool:
    """Tell whether two recipes make the same first steps, so that a run of one can go on by the other.

    They may differ in how long they go on and in how the rate decays, as long as it did not yet do so differently.
    """
    may_differ = {"steps": 0, "decay": ""}
    if asdict(one) | may_differ != asdict(other) | may_differ:
        return False
    return all(
        learning_rate(one, i) == learning_rate(other, i) and one.is_averaged(i) == other.is_averaged(i)
        for i in range(1, step + 1)
    )
