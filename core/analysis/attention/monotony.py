"""How much an alignment runs from left to right: how near the diagonal it lies, and whether its rows are in order."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.training.guided import diagonal_share, row_centres

CELLS = 1  # to either side of the diagonal


@dataclass(frozen=True)
class Monotony:
    """Hold two measures of an alignment.

    `near_diagonal` is the share of its weights within a cell of the diagonal, from 0 to 1. `rank_correlation` compares
    the order of the rows with that of the places where each looks on average: 1 from left to right, −1 from right to
    left; NaN with a single row, or if all look at one place.
    """

    near_diagonal: float
    rank_correlation: float


def monotony(weights: Tensor, first: int = 0) -> Monotony:
    """Measure an alignment; source tokens before `first`, such as the one that asks for a language, do not count.

    Shapes: weights [T,S], each row at least 0
    Raises: ValueError if no source token counts.
    Source: Spearman 1904 (rank correlation); Tachibana et al. 2018, § 4.1 (the diagonal of attention).
    """
    if not 0 <= first < weights.shape[1]:
        raise ValueError(f"of {weights.shape[1]} source tokens none is left from the one numbered {first} on")
    kept = weights[:, first:].double()
    target_len, source_len = (torch.tensor([length], device=kept.device) for length in kept.shape)
    near = diagonal_share(kept[None, None], target_len, source_len, CELLS)
    rows = kept / kept.sum(-1, keepdim=True)
    centres = row_centres(rows[None, None], source_len)[0, 0]
    return Monotony(float(near), rank_correlation(torch.arange(len(centres), device=kept.device), centres))


def rank_correlation(one: Tensor, other: Tensor) -> float:
    """Correlate the ranks of two rows of numbers, equal ones sharing the mean of their ranks.

    Shapes: one, other [N] → from −1 to 1; NaN if either has equal numbers alone
    Source: Spearman 1904.
    """
    return float(torch.corrcoef(torch.stack((ranks(one), ranks(other))))[0, 1]) if len(one) > 1 else torch.nan


def ranks(values: Tensor) -> Tensor:
    """Return the place of each number among all in order of size, from 0. Shapes: [N] → [N]"""
    before, level = values[None] < values[:, None], values[None] == values[:, None]
    return before.sum(1) + (level.sum(1).double() - 1) / 2
