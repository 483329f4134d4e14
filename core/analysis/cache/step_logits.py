"""The logits of the same tokens made both ways: step by step with a cache, and by one pass over all of them."""

import torch
from torch import Tensor

from core.decoding import Session
from core.model import Transformer
from core.switches import Switches, full_pass


@torch.inference_mode()
def cached_logits(model: Transformer, source: Tensor, read: Tensor, switches: Switches) -> Tensor:
    """Read tokens one by one, with keys and values kept, and return the logits of each step.

    Shapes: source [B,S], read [B,T] → [B,T,V]
    Raises: ValueError as a Session does.
    """
    session = Session(model, source, switches, max_len=read.shape[1], record=False)
    return torch.stack([session.advance(tokens).logits for tokens in read.unbind(1)], dim=1)


@torch.inference_mode()
def recomputed_logits(model: Transformer, source: Tensor, read: Tensor, switches: Switches) -> Tensor:
    """Run encoder and decoder over all tokens so far for every step anew, and return the logits of each step.

    Shapes: source [B,S], read [B,T] → [B,T,V]
    """
    steps = range(1, read.shape[1] + 1)
    return torch.stack([full_pass(model, source, read[:, :step], switches)[:, -1] for step in steps], dim=1)
