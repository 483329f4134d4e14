"""Choosing a token: filters that compose, log-probabilities → log-probabilities, and then one draw.

Filters take one distribution [V] or many [N,V], each for itself.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Filter = Callable[[Tensor], Tensor]
Chooser = Callable[[Tensor], int]


def argmax(log_probs: Tensor) -> int:
    """Choose the likeliest token. Shapes: log_probs [V]"""
    return int(log_probs.argmax())


def temperature(degree: float) -> Filter:
    """Flatten (above 1) or sharpen (below 1) a distribution.

    Raises: ValueError if the degree is not positive.
    """
    if not degree > 0:
        raise ValueError(f"the temperature must be above 0, got {degree}")
    return lambda log_probs: (log_probs / degree).log_softmax(-1)


def top_k(count: int) -> Filter:
    """Keep the `count` likeliest tokens; of equals at the border the first ones.

    Raises: ValueError if none would be kept.
    Source: Fan et al. 2018, § 5.1.
    """
    if count < 1:
        raise ValueError(f"top-k must keep at least 1 token, got {count}")

    def keep(log_probs: Tensor) -> Tensor:
        order = log_probs.sort(descending=True, stable=True).indices
        return log_probs.scatter(-1, order[..., count:], -torch.inf).log_softmax(-1)

    return keep


def top_p(share: float) -> Filter:
    """Keep the likeliest tokens that together just reach this share of the probability, at least one.

    Raises: ValueError if the share is not in (0, 1].
    Source: Holtzman et al. 2020, eq. 2 (nucleus sampling).
    """
    if not 0 < share <= 1:
        raise ValueError(f"top-p must lie above 0 and up to 1, got {share}")
    if share == 1:  # below, rounding would drop the unlikeliest
        return lambda log_probs: log_probs.log_softmax(-1)

    def keep(log_probs: Tensor) -> Tensor:
        ordered, order = log_probs.sort(descending=True, stable=True)
        probs = ordered.exp()
        before = probs.cumsum(-1) - probs
        dropped = torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before >= share)
        return log_probs.masked_fill(dropped, -torch.inf).log_softmax(-1)

    return keep


def sampler(generator: torch.Generator, *filters: Filter) -> Chooser:
    """Draw a token from what the filters, in their order, make of the distribution."""

    def choose(log_probs: Tensor) -> int:
        for keep in filters:
            log_probs = keep(log_probs)
        return int(torch.multinomial(log_probs.exp(), 1, generator=generator))

    return choose
