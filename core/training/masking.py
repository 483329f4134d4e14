"""Mask-predict training: the decoder reads part of the target and learns to write the rest."""

import torch

from core.training.batches import Batch
from core.vocab import BEGIN, PAD


def mask_some(batch: Batch, generator: torch.Generator) -> Batch:
    """Hide some positions of every target: the decoder reads BEGIN there, and only they count in the loss.

    How many is drawn evenly from 1 to all, and then which ones, so that every stage of refinement is trained for.

    Raises: ValueError if the decoder reads the target one token late, as an autoregressive one does.
    Source: Ghazvininejad et al. 2019, § 3 (conditional masked language models); their mask symbol is our BEGIN.
    """
    written = batch.labels != PAD
    if bool((batch.read[written] != BEGIN).any()):
        raise ValueError("mask-predict training is for decoders that write all positions at once")
    counts = written.sum(1)
    wanted = 1 + (torch.rand(len(counts), generator=generator) * counts).long()
    order = torch.rand(written.shape, generator=generator).masked_fill(~written, torch.inf)
    hidden = order.argsort(1).argsort(1) < wanted[:, None]
    return Batch(batch.source, torch.where(hidden, BEGIN, batch.labels), torch.where(hidden, batch.labels, PAD))
