"""Masks are boolean, True = may attend, broadcastable to [B,H,Q,K]."""

import torch
from torch import Tensor


def padding_mask(ids: Tensor, pad: int) -> Tensor:
    """Let every query see the keys that are not padding.

    Shapes: ids [B,K] → [B,1,1,K]
    """
    return (ids != pad)[:, None, None, :]


def causal_mask(query_len: int, key_len: int | None = None, device: torch.device | None = None) -> Tensor:
    """Let query i see keys up to its own position; the last query stands at the last key.

    Shapes: → [1,1,Q,K]
    Source: Vaswani et al. 2017, § 3.2.3.
    """
    key_len = query_len if key_len is None else key_len
    allowed = torch.ones(query_len, key_len, dtype=torch.bool, device=device).tril(key_len - query_len)
    return allowed[None, None]


def combine(*masks: Tensor | None) -> Tensor | None:
    """Allow only what every mask allows; None allows all."""
    given = [mask for mask in masks if mask is not None]
    if not given:
        return None
    combined = given[0]
    for mask in given[1:]:
        combined = combined & mask
    return combined
