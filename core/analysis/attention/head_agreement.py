"""Which heads do the same: the divergence of their rows, and an order that puts like beside like."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log

import torch
from torch import Tensor

from core.analysis.attention.head_statistics import distributions

FURTHEST = 1.0  # bits
Leaves = tuple[int, ...]


@dataclass(frozen=True)
class Merge:
    """Join two clusters of heads, `distance` apart; `leaves` lists the heads of both, like beside like."""

    left: Leaves
    right: Leaves
    leaves: Leaves
    distance: float


def divergences(weights: Tensor, allowed: Tensor) -> Tensor:
    """Measure how differently every two heads attend: Jensen–Shannon divergence, averaged over rows.

    Rows count where both heads attend to something; two heads that never do so together have NaN. Head h of layer l is
    number l·H + h.

    Shapes: weights [L,H,Q,K], allowed [Q,K] boolean → [N,N], N = L·H, float64
    Units: bits: 0 for equal rows, 1 for rows without a key in common
    Raises: ValueError if the shapes do not belong together.
    Source: Lin 1991, eq. 4.1, with equal weights.
    """
    rows = distributions(weights, allowed).flatten(0, 1)
    entropy = torch.special.entr(rows).sum(-1)
    table = torch.stack(
        [
            torch.special.entr((rows + row) / 2).sum(-1) - (entropy + own) / 2
            for row, own in zip(rows, entropy, strict=True)
        ]
    )
    return (table / log(2)).clamp(0, 1).nanmean(-1)


def average_linkage(distances: Tensor) -> tuple[Merge, ...]:
    """Join the two clusters that are nearest on average, until one is left.

    Shapes: distances [N,N], symmetric → N − 1 merges
    Raises: ValueError if a distance is NaN.
    Source: Sokal and Michener 1958 (average linkage, UPGMA).
    """
    if bool(distances.isnan().any()):
        raise ValueError("distances have NaN: leave out the heads that attend to nothing")
    table = distances.tolist()
    clusters: list[Leaves] = [(leaf,) for leaf in range(len(table))]
    merges = []
    while len(clusters) > 1:
        distance, left, right = min((between(table, *pair), *pair) for pair in combinations(clusters, 2))
        merges.append(Merge(left, right, side_by_side(table, left, right), distance))
        clusters = [cluster for cluster in clusters if cluster not in (left, right)] + [merges[-1].leaves]
    return tuple(merges)


def between(table: Sequence[Sequence[float]], left: Leaves, right: Leaves) -> float:
    """Average the distances between the members of two clusters."""
    return sum(table[one][other] for one, other in product(left, right)) / (len(left) * len(right))


def side_by_side(table: Sequence[Sequence[float]], left: Leaves, right: Leaves) -> Leaves:
    """Lay two clusters in a row, each turned so that the ends that meet are near."""
    turned = product((left, left[::-1]), (right, right[::-1]))
    one, other = min(turned, key=lambda pair: table[pair[0][-1]][pair[1][0]])
    return one + other


def head_order(distances: Tensor) -> list[int]:
    """Order heads so that those that attend alike stand together; heads that attend to nothing come last.

    Two heads that never attend to something in the same row have nothing in common: they are as far apart as can be.

    Shapes: distances [N,N], as from `divergences` → N numbers of heads
    """
    silent = distances.diagonal().isnan()
    speaking = (~silent).nonzero().flatten()
    merges = average_linkage(distances[speaking][:, speaking].nan_to_num(FURTHEST))
    order = merges[-1].leaves if merges else range(len(speaking))
    return [*speaking[list(order)].tolist(), *silent.nonzero().flatten().tolist()]
