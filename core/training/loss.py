"""What training minimises. Later losses (guided attention, policy gradient) belong here, beside the first."""

import torch.nn.functional as F
from torch import Tensor

from core.model import Transformer
from core.training.batches import Batch
from core.vocab import PAD


def cross_entropy(logits: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Average −log p of the labels that are not padding, each smoothed towards the uniform distribution.

    Shapes: logits [B,T,V], labels [B,T] → scalar, in nats a token
    Source: Szegedy et al. 2016, § 7 (label smoothing).
    """
    return F.cross_entropy(
        logits.flatten(0, 1).float(), labels.flatten(), ignore_index=PAD, label_smoothing=label_smoothing
    )


def batch_loss(model: Transformer, batch: Batch, label_smoothing: float) -> Tensor:
    """Return the teacher-forced loss of a batch, and the length classifier's where the model has one.

    Units: nats a token (plus nats a sequence for the length)
    """
    if model.config.decoder != "length":
        return cross_entropy(model(batch.source, batch.read), batch.labels, label_smoothing)
    logits, lengths = model.with_length(batch.source, batch.read)
    true_lengths = (batch.read != PAD).sum(1)
    return cross_entropy(logits, batch.labels, label_smoothing) + F.cross_entropy(lengths.float(), true_lengths)
