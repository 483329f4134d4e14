"""Statistics of a head’s rows, a handful of numbers: how spread out, how far, and where to.

Means are over the rows that attend to something. A head without such a row, or in a layer that the run left out, has
NaN. A row is divided by its sum first, which changes nothing where the weights sum to 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.trace_weights import allowed_of, real_keys_of, weights_of
from core.switches import AttentionKind
from core.trace import Trace

LANDMARKS = ("diagonal", "previous", "next", "first", "last")


@dataclass(frozen=True, eq=False)
class HeadStatistics:
    """Hold the numbers of every head of one attention; `shares` has one entry for each of LANDMARKS.

    `total` is what a row's weights sum to, before the division: 1 unless the normaliser weighs each key by itself.

    Shapes: each [L,H], float64
    Units: entropy in nats; distance and direction in tokens, direction above 0 = ahead; shares from 0 to 1
    """

    total: Tensor
    entropy: Tensor
    distance: Tensor
    direction: Tensor
    shares: dict[str, Tensor]


def statistics_of(trace: Trace, attention: AttentionKind) -> HeadStatistics:
    """Describe every head of one attention of a run; rows of PAD tokens do not count."""
    allowed, real = allowed_of(trace, attention), real_keys_of(trace, attention)
    return head_statistics(weights_of(trace, attention), allowed, real)


def head_statistics(weights: Tensor, allowed: Tensor, real: Tensor | None = None) -> HeadStatistics:
    """Describe heads by their weights in the cells that are allowed.

    `real` are the keys that can be a row's first or last one (None: all).

    Shapes: weights [L,H,Q,K], allowed [Q,K] and real [K] boolean → each [L,H]
    Raises: ValueError if the shapes do not belong together.
    """
    rows = distributions(weights, allowed)
    offset = key_offsets(*allowed.shape)
    return HeadStatistics(
        total=weights.double().masked_fill(~allowed, 0).sum(-1)[..., allowed.any(-1)].mean(-1),
        entropy=torch.special.entr(rows).sum(-1).nanmean(-1),
        distance=(rows * offset.abs()).sum(-1).nanmean(-1),
        direction=(rows * offset).sum(-1).nanmean(-1),
        shares={name: share_of(rows, cells) for name, cells in landmarks(allowed, real).items()},
    )


def distributions(weights: Tensor, allowed: Tensor) -> Tensor:
    """Divide the allowed weights of each row by their sum; a row without any becomes NaN.

    Shapes: weights [L,H,Q,K], allowed [Q,K] boolean → [L,H,Q,K], float64
    Raises: ValueError if the shapes do not belong together.
    """
    if weights.shape[-2:] != allowed.shape:
        raise ValueError(f"weights {tuple(weights.shape)} and allowed cells {tuple(allowed.shape)} differ in Q or K")
    counted = weights.double().masked_fill(~allowed, 0)
    total = counted.sum(-1, keepdim=True)
    return counted / total.masked_fill(~(total > 0), torch.nan)


def key_offsets(query_len: int, key_len: int) -> Tensor:
    """Say how far ahead of its query each key stands. Shapes: → [Q,K], in tokens"""
    return torch.arange(key_len) - torch.arange(query_len)[:, None]


def landmarks(allowed: Tensor, real: Tensor | None = None) -> dict[str, Tensor]:
    """Mark, for each of LANDMARKS, the one key of each row that it names, where the row may attend to it.

    First and last are a row's first and last real key that it may attend to: under the causal mask the last is its own.

    Shapes: allowed [Q,K], real [K] boolean → each [Q,K] boolean
    """
    offset = key_offsets(*allowed.shape)
    candidates = allowed if real is None else allowed & real
    count = candidates.cumsum(-1)
    return {
        "diagonal": allowed & (offset == 0),
        "previous": allowed & (offset == -1),
        "next": allowed & (offset == 1),
        "first": candidates & (count == 1),
        "last": candidates & (count == count[:, -1:]),
    }


def share_of(rows: Tensor, cells: Tensor) -> Tensor:
    """Average the weight on marked cells over the rows that have one.

    Shapes: rows [L,H,Q,K], NaN where a row attends to nothing; cells [Q,K] boolean → [L,H], from 0 to 1
    """
    return (rows * cells).sum(-1).masked_fill(~cells.any(-1), torch.nan).nanmean(-1)
