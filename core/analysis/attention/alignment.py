"""Which source token each target token belongs to, by what one asks: argmax, attention rollout, gradient × attention.

None of them is the truth; `core.experiments.erasure` measures what follows if one takes them at their word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.rollout import Rollout
from core.analysis.attention.trace_weights import allowed_of
from core.analysis.attention.weight_gradients import WeightGradients
from core.trace import Trace

METHODS = ("head", "mean", "rollout", "products")
NO_LINK = -1


def argmax_links(values: Tensor, allowed: Tensor) -> Tensor:
    """Link each row to the key of its largest value, the first of equals, or to none where no key is allowed.

    Shapes: values […,T,S], allowed broadcastable to it, boolean → […,T], keys or NO_LINK
    """
    allowed = allowed.expand_as(values)
    best = values.masked_fill(~allowed, -torch.inf).argmax(-1)
    return best.masked_fill(~allowed.any(-1), NO_LINK)


def agreement(links: Sequence[Tensor], counted: Tensor | None = None) -> Tensor:
    """Return the share of rows, of those counted, in which two methods link to the same key.

    Shapes: links M of […,T], counted […,T] boolean → [M,M], from 0 to 1; NaN without a row
    """
    stacked = torch.stack(list(links)).flatten(1)
    kept = stacked if counted is None else stacked[:, counted.flatten()]
    return (kept[:, None] == kept[None]).double().mean(-1)


@dataclass(frozen=True, eq=False)
class Alignments:
    """Hold four answers to which source token made which target token, and the cells that count.

    Shapes: head, mean, rollout, products [T,S]; allowed [T,S] boolean
    """

    head: Tensor
    mean: Tensor
    rollout: Tensor
    products: Tensor
    allowed: Tensor

    @property
    def maps(self) -> dict[str, Tensor]:
        """Return the four maps by name."""
        return {name: getattr(self, name) for name in METHODS}

    @property
    def links(self) -> dict[str, Tensor]:
        """Return each row's key by every method. Shapes: → [T] each"""
        return {name: argmax_links(values, self.allowed) for name, values in self.maps.items()}


def alignments(trace: Trace, gradients: WeightGradients, rolled: Rollout, layer: int, head: int) -> Alignments:
    """Align a run by one head, by the mean of its layer's heads, by rollout, and by gradient × attention in its layer.

    The weights are each row's as it was when it was the newest.
    """
    weights = gradients.weights[layer]
    allowed = allowed_of(trace, "cross")
    return Alignments(weights[head], weights.mean(0), rolled.source, gradients.products(layer), allowed)
