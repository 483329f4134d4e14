"""Positional encodings and distance, and inputs that an encoder without them cannot tell apart."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.in_and_out import halves_order
from core.config import Position
from core.model import Transformer
from core.positions import FORMULAS
from core.switches import Switches, run_encoder
from core.taps import Recorder

IN_HALVES: tuple[Position, ...] = ("halves", "tensor2tensor")


@dataclass(frozen=True, eq=False)
class Similarity:
    """Hold how alike every two positions are encoded.

    Shapes: dot and cosine [L,L]
    """

    dot: Tensor
    cosine: Tensor


@dataclass(frozen=True, eq=False)
class ByDistance:
    """Hold the mean, the smallest and the largest similarity of two positions, by how far apart they are.

    Shapes: each [L], distance 0 first
    """

    mean: Tensor
    lowest: Tensor
    highest: Tensor


def interleaved(encodings: Tensor, kind: Position) -> Tensor:
    """Put each sine beside its cosine where a kind of encoding has them in halves. Shapes: [L,D] → [L,D]"""
    return encodings[:, halves_order(encodings.shape[1]).argsort()] if kind in IN_HALVES else encodings


def wavelengths(d_model: int, kind: Position = "sinusoidal") -> Tensor:
    """Return after how many tokens each pair of a sinusoidal encoding has turned once.

    Shapes: → [D/2], float64
    Units: tokens
    Source: Vaswani et al. 2017, § 3.5 (from 2π to 10000 · 2π, which only Tensor2Tensor's reach).
    """
    pairs = torch.arange(d_model // 2, dtype=torch.float64)
    last = max(d_model // 2 - 1, 1) if kind == "tensor2tensor" else d_model / 2
    return 2 * math.pi * 10_000.0 ** (pairs / last)


def similarity(encodings: Tensor) -> Similarity:
    """Compare every two positions. An encoding of zeros has no cosine (NaN). Shapes: encodings [L,D] → [L,L] each"""
    dot = encodings @ encodings.T
    length = encodings.norm(dim=-1)
    return Similarity(dot, dot / (length[:, None] * length))


def by_distance(table: Tensor) -> ByDistance:
    """Gather a symmetric table along its diagonals. Shapes: table [L,L] → [L] each"""
    diagonals = [table.diagonal(distance) for distance in range(len(table))]
    return ByDistance(
        mean=torch.stack([diagonal.mean() for diagonal in diagonals]),
        lowest=torch.stack([diagonal.min() for diagonal in diagonals]),
        highest=torch.stack([diagonal.max() for diagonal in diagonals]),
    )


def rotation(offset: int, d_model: int, kind: Position = "sinusoidal") -> Tensor:
    """Return the matrix R_k that moves any sinusoidal encoding, interleaved, on by k tokens: PE[p+k] = R_k PE[p].

    Each pair (sine, cosine) turns by k times its own frequency, so R_k has blocks of 2 × 2 and does not depend on p.

    Shapes: → [D,D], float64
    Units: offset in tokens, forwards or backwards
    Raises: ValueError if the width is odd.
    Source: Vaswani et al. 2017, § 3.5 (PE_{pos+k} is a linear function of PE_pos).
    """
    if d_model % 2:
        raise ValueError(f"sines and cosines come in pairs, d_model={d_model} is odd")
    encoded = interleaved(FORMULAS[kind](torch.tensor([offset]), d_model), kind)
    sine, cosine = encoded[0].view(-1, 2).unbind(-1)
    blocks = torch.stack((cosine, sine, -sine, cosine), dim=-1).view(-1, 2, 2)
    return torch.block_diag(*blocks)


def rotation_residual(encodings: Tensor, offset: int, kind: Position = "sinusoidal") -> Tensor:
    """Measure how far R_k PE[p] ends from PE[p+k], for each p: nothing for sinusoids, much for learned positions.

    Shapes: encodings [L,D], interleaved → [L − k], 2-norms over the length of PE[p+k]
    Raises: ValueError if the offset is not between 0 and L − 1.
    """
    length, d_model = encodings.shape
    if not 0 <= offset < length:
        raise ValueError(f"{length} positions have offsets from 0 to {length - 1}, asked for {offset}")
    before, after = encodings[: length - offset].double(), encodings[offset:].double()
    return (before @ rotation(offset, d_model, kind).T - after).norm(dim=-1) / after.norm(dim=-1)


@torch.inference_mode()
def permutation_residual(model: Transformer, source: Tensor, order: Tensor, switches: Switches) -> Tensor:
    """Permute the source's tokens and measure how far each token's outputs move, after every layer of the encoder.

    A token keeps nothing but its company: without positions that is all an encoder knows, and nothing moves.

    Shapes: source [S]; order [S], the old place of each new token → [L,S], by old places, 2-norms over those of the
        outputs before
    Raises: ValueError if `order` is not an order of the source's tokens.
    Source: Lee et al. 2019, § 3.1 (self-attention is permutation equivariant).
    """
    if sorted(order.tolist()) != list(range(len(source))):
        raise ValueError(f"{order.tolist()} does not order {len(source)} tokens")
    before, after = (layer_outputs(model, tokens, switches) for tokens in (source, source[order]))
    back = torch.empty_like(after)
    back[:, order] = after
    apart = (back - before).norm(dim=-1)
    return torch.where(apart == 0, apart, apart / before.norm(dim=-1))  # zeros that stay zeros have not moved


def layer_outputs(model: Transformer, source: Tensor, switches: Switches) -> Tensor:
    """Record every encoder layer's output; one that is left out has NaN. Shapes: source [S] → [L,S,D]"""
    recorder = Recorder()
    memory = run_encoder(model, source[None], switches, switches.tap(recorder))[-1]
    names = (f"encoder.{layer}.output" for layer in range(model.config.num_encoder_layers))
    return torch.cat([recorder.records.get(name, torch.full_like(memory, torch.nan)) for name in names])
