"""The cross-entropy of a decoder's output, computed together with its gradient: no second pass over all the scores.

With thousands of symbols the scores of a batch are its largest tensor. Here they are kept once, in the precision of the
matrix product, and turned into their own gradient a few rows at a time, while these lie in the processor's cache.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from core.vocab import PAD

CELLS = 1 << 18  # scores that are worked on at a time: a megabyte


def output_loss(hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Average −log p of the labels that are not padding, with scores = hidden · weightᵀ + bias.

    Equal to `core.training.loss.cross_entropy` of these scores, in value and gradients.

    Shapes: hidden [B,T,D], weight [V,D], bias [V], labels [B,T] → scalar, in nats a token
    """
    return _OutputLoss.apply(hidden.flatten(0, 1), weight, bias, labels.flatten(), label_smoothing)


def at_least_float32(scores: Tensor) -> Tensor:
    """Return scores as precisely as they came, those of 16 bits in 32: a sum over a vocabulary needs them."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))


class _OutputLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, label_smoothing: float
    ) -> Tensor:
        scores = F.linear(hidden, weight, bias)  # in bf16 where the caller asked for autocast
        counted = labels != PAD
        losses = torch.empty(len(labels), dtype=torch.promote_types(scores.dtype, torch.float32), device=scores.device)
        size = max(1, CELLS // scores.shape[1]) if scores.device.type == "cpu" else len(labels)
        for start in range(0, len(labels), size):
            part = slice(start, start + size)
            losses[part], gradient = _row_losses(scores[part], labels[part], label_smoothing)
            scores[part] = gradient.mul_(counted[part, None])
        count = counted.sum()
        ctx.save_for_backward(hidden.to(scores.dtype), weight.to(scores.dtype), scores, count)
        return (losses * counted).sum() / count

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, outer: Tensor) -> tuple[Tensor | None, ...]:
        hidden, weight, gradient, count = ctx.saved_tensors
        share = outer / count
        return gradient @ weight * share, gradient.T @ (hidden * share), gradient.sum(0) * share, None, None


def _row_losses(scores: Tensor, labels: Tensor, label_smoothing: float) -> tuple[Tensor, Tensor]:
    """Return −log p of each row's label, smoothed, and its gradient: what is predicted less what is true.

    Shapes: scores [N,V], labels [N] → [N] and [N,V]
    """
    scores = at_least_float32(scores)
    sure, labels = 1 - label_smoothing, labels[:, None]
    chances = scores.softmax(-1)
    totals = scores.amax(1) - chances.amax(1).log()  # log Σ exp, without another exp of each score
    losses = totals - sure * scores.gather(1, labels)[:, 0]
    if label_smoothing:
        losses -= label_smoothing * scores.mean(1)
        chances -= label_smoothing / scores.shape[1]
    return losses, chances.scatter_add_(1, labels, chances.new_full((1, 1), -sure).expand(labels.shape))
