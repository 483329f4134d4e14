"""How monotone an alignment is: whether later rows look at later keys, and how much weight lies near the diagonal."""

from dataclasses import dataclass

import torch
from torch import Tensor

CELLS = 2  # a cell is near the diagonal if it is at most so many keys from it


@dataclass(frozen=True)
class Monotony:
    """Say how monotone a map is.

    `near` is the share of the weights at most two keys from the diagonal, `even` what it would be if all weights were
    alike, `rank` the rank correlation (Spearman) of the rows with the keys that they look at on average: 1 if each row
    looks further right than the one before, −1 if the order is turned round; NaN where no order can be told.
    """

    near: float
    even: float
    rank: float


def monotony(weights: Tensor) -> Monotony:
    """Measure how monotone a map is, of the rows and keys that count; each row is divided by its sum first.

    A row without any weight does not count.

    Shapes: weights [T,S], T and S at least 1
    Raises: ValueError if it is no matrix, or has no row or no key.
    Source: Spearman 1904; the band is that of `core.training.guided.diagonal_share`, through the middles of the cells.
    """
    if weights.ndim != 2 or 0 in weights.shape:
        raise ValueError(f"weights of shape {tuple(weights.shape)} are no map of rows and keys")
    rows, keys = weights.shape
    sums = weights.double().sum(-1, keepdim=True)
    shares, counted = weights.double() / sums.clamp(min=1e-300), sums[:, 0] > 0
    places = torch.arange(keys, dtype=torch.float64)
    met = (torch.arange(rows, dtype=torch.float64) + 0.5) * keys / rows - 0.5
    near = (places[None] - met[:, None]).abs() <= CELLS
    return Monotony(
        near=float((shares * near)[counted].sum() / counted.sum()) if counted.any() else float("nan"),
        even=float(near[counted].double().mean()) if counted.any() else float("nan"),
        rank=rank_correlation(torch.arange(rows)[counted].double(), expected_places(shares)[counted]),
    )


def expected_places(shares: Tensor) -> Tensor:
    """Return the place, from 0, of the key that each row looks at on average. Shapes: shares […,T,S] → […,T]"""
    return shares @ torch.arange(shares.shape[-1], dtype=shares.dtype)


def rank_correlation(one: Tensor, other: Tensor) -> float:
    """Correlate the ranks of two lists of numbers; equal numbers share the mean of their ranks.

    Shapes: one and other [N] → from −1 to 1, NaN if all numbers of one list are alike
    """
    first, second = (ranks(each) - (len(each) - 1) / 2 for each in (one, other))
    size = first.norm() * second.norm()
    return float(first @ second / size) if size > 0 else float("nan")


def ranks(values: Tensor) -> Tensor:
    """Return the rank of each number, from 0; equal numbers get the mean of their ranks. Shapes: [N] → [N]"""
    values = values.double()
    below, alike = (values[None] < values[:, None]).sum(-1), (values[None] == values[:, None]).sum(-1)
    return below + (alike - 1) / 2
