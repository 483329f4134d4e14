"""Normalisation step by step: over each token's own numbers (LayerNorm), or over each feature's tokens (BatchNorm)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.model import Transformer


@dataclass(frozen=True, eq=False)
class NormSteps:
    """Hold every step from what arrives to what goes on.

    `centred` is x − mean, `standardised` that over √(variance + ε), `scaled` that times γ, and `result` that plus β.

    Shapes: as the input; mean and variance have size 1 on the axes that they are taken over
    """

    mean: Tensor
    centred: Tensor
    variance: Tensor
    standardised: Tensor
    scaled: Tensor
    result: Tensor


def norm_of(model: Transformer, part: str) -> nn.LayerNorm:
    """Return the norm of a sub-layer (encoder.0.ffn), or of a whole side (encoder.final_norm).

    Raises: ValueError if the model has no norm there.
    """
    side, _, rest = part.partition(".")
    name = f"{side}_norm.layer_norm" if rest == "final_norm" else f"{part}_add_norm.norm.layer_norm"
    found = dict(model.named_modules()).get(name)
    if not isinstance(found, nn.LayerNorm):
        raise ValueError(f"this model has no norm at {part}")
    return found


def layer_norm_steps(x: Tensor, norm: nn.LayerNorm) -> NormSteps:
    """Normalise each token over its own D numbers: no other token matters.

    Shapes: x […,D] → […,D]; mean and variance […,1]
    Source: Ba et al. 2016, eq. 3 and 4.
    """
    return normalise(x, (-1,), norm)


def batch_norm_steps(x: Tensor, norm: nn.LayerNorm, real: Tensor | None = None) -> NormSteps:
    """Normalise each feature over all tokens of a batch, with the γ, β and ε of a model's LayerNorm.

    This is what a batch-normalised model does while it trains: what a token becomes depends on which others are there.
    `real` says which tokens are no padding; only they are counted and returned.

    Shapes: x […,D], real […] boolean → [N,D], N tokens; mean and variance [1,D]
    Raises: ValueError if no token is real.
    Source: Ioffe and Szegedy 2015, algorithm 1.
    """
    tokens = x.flatten(0, -2) if real is None else x[real]
    if not len(tokens):
        raise ValueError("a batch without a token has no mean")
    return normalise(tokens, (0,), norm)


def normalise(x: Tensor, over: tuple[int, ...], norm: nn.LayerNorm) -> NormSteps:
    """Centre and scale x over some axes, then by each feature's γ and β."""
    mean = x.mean(over, keepdim=True)
    variance = (x - mean).square().mean(over, keepdim=True)
    return with_statistics(x, mean, variance, norm)


def with_statistics(x: Tensor, mean: Tensor, variance: Tensor, norm: nn.LayerNorm) -> NormSteps:
    """Centre and scale x by a mean and a variance that are there already, then by each feature's γ and β.

    Shapes: x […,D], mean and variance broadcastable to it → […,D]
    """
    centred = x - mean
    standardised = centred / torch.sqrt(variance + norm.eps)
    scaled = standardised * norm.weight
    return NormSteps(mean, centred, variance, standardised, scaled, scaled + norm.bias)
