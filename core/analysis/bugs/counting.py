"""The loss as it is counted: rightly, with PAD in it, or against a target that was not shifted."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from core.training.batches import Batch
from core.training.loss import cross_entropy
from core.vocab import PAD

Counting = Literal["tokens", "pads", "not_shifted"]


def counted_loss(logits: Tensor, batch: Batch, counting: Counting, label_smoothing: float = 0.0) -> Tensor:
    """Return the cross-entropy of a batch as it is counted.

    `tokens` is right; `pads` asks for PAD after the end too; `not_shifted` asks for the token that is read.

    Shapes: logits [B,T,V] → scalar, in nats a token
    """
    if counting == "not_shifted":
        return cross_entropy(logits, batch.read, label_smoothing)
    if counting == "pads":
        flat = logits.flatten(0, 1).float()
        return F.cross_entropy(flat, batch.labels.flatten(), label_smoothing=label_smoothing)
    return cross_entropy(logits, batch.labels, label_smoothing)


def fill_up(batch: Batch, length: int) -> Batch:
    """Pad the targets of a batch to a length that does not depend on them. Shapes: read, labels [B,T] → [B,length]"""
    missing = max(0, length - batch.read.shape[1])
    filler = torch.full((batch.pairs, missing), PAD)
    return Batch(batch.source, torch.cat((batch.read, filler), 1), torch.cat((batch.labels, filler), 1))
