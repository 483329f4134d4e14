"""The logits of the same step made both ways: token by token with a cache, and by one pass over everything."""

import torch
from torch import Tensor

from core.decoding import Session
from core.model import Transformer
from core.switches import Switches, full_pass


@torch.inference_mode()
def cached_logits(model: Transformer, source: Tensor, read: Tensor, switches: Switches) -> Tensor:
    """Read tokens one by one, with keys and values kept, and return the logits of the last step.

    Shapes: source [B,S], read [B,T], T at least 1 → [B,V]
    Raises: ValueError as a Session does.
    """
    session = Session(model, source, switches, max_len=read.shape[1], record=False)
    *_, last = (session.advance(tokens) for tokens in read.unbind(1))
    return last.logits


@torch.inference_mode()
def recomputed_logits(model: Transformer, source: Tensor, read: Tensor, switches: Switches) -> Tensor:
    """Run encoder and decoder over everything once, and return the logits of the last step.

    Shapes: source [B,S], read [B,T], T at least 1 → [B,V]
    """
    return full_pass(model, source, read, switches)[:, -1]
