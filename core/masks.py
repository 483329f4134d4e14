"""Masks are boolean, True = may attend, broadcastable to [B,H,Q,K]."""

import torch
from torch import Tensor


def padding_mask(ids: Tensor, pad: int) -> Tensor:
    """Let every query see the keys that are not padding.

    Shapes: ids [B,K] → [B,1,1,K]
    """
    return (ids != pad)[:, None, None, :]


def causal_mask(length: int, device: torch.device | None = None) -> Tensor:
    """Let each position see those up to and with its own.

    Shapes: → [1,1,T,T]
    Source: Vaswani et al. 2017, § 3.2.3.
    """
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()[None, None]


def combine(*masks: Tensor | None) -> Tensor | None:
    """Allow only what every mask allows; None allows all."""
    given = [mask for mask in masks if mask is not None]
    if not given:
        return None
    combined = given[0]
    for mask in given[1:]:
        combined = combined & mask
    return combined
