"""Positional encodings: what tells the model where a token stands."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.config import SINUSOIDS, Position


def sinusoidal_encoding(positions: Tensor, d_model: int) -> Tensor:
    """Encode positions as sines (even dimensions) and cosines (odd ones) of geometrically falling frequency.

    Shapes: positions [L], in tokens, any integers → [L,D], float64
    Source: Vaswani et al. 2017, § 3.5.
    """
    even = torch.arange(0, d_model, 2, device=positions.device, dtype=torch.float64)
    frequency = torch.exp(even * (-math.log(10_000.0) / d_model))
    angle = positions.to(torch.float64)[:, None] * frequency
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(-2)


def halves_encoding(positions: Tensor, d_model: int, last: int = 0) -> Tensor:
    """Encode positions as sines (first half of the dimensions) and cosines (second half).

    The wavelengths are those of `sinusoidal_encoding`; with last=1 the longest is 10,000 · 2π itself, as Tensor2Tensor,
    fairseq and M2M100 have it.

    Shapes: positions [L], in tokens, any integers → [L,D], float64
    """
    half = d_model // 2
    frequency = 10_000.0 ** (-torch.arange(half, device=positions.device, dtype=torch.float64) / max(half - last, 1))
    angle = positions.to(torch.float64)[:, None] * frequency
    return torch.cat((angle.sin(), angle.cos()), dim=-1)


def tensor2tensor_encoding(positions: Tensor, d_model: int) -> Tensor:
    """Encode positions in halves up to the wavelength 10,000 · 2π. Shapes: positions [L] → [L,D], float64"""
    return halves_encoding(positions, d_model, last=1)


FORMULAS: dict[str, Callable[[Tensor, int], Tensor]] = dict(
    zip(SINUSOIDS, (sinusoidal_encoding, halves_encoding, tensor2tensor_encoding), strict=True)
)


class PositionalEncoding(nn.Module):
    """Give each position the vector that is added to the embedding of the token standing there."""

    table: Tensor

    def __init__(self, kind: Position, max_len: int, d_model: int, first_position: int = 0) -> None:
        super().__init__()
        self.kind, self.max_len, self.d_model, self.first_position = kind, max_len, d_model, first_position
        if kind in FORMULAS:
            self.register_buffer("table", self.computed(torch.arange(max_len)).to(torch.get_default_dtype()), False)
        elif kind == "learned":
            self.table = nn.Parameter(torch.empty(max_len, d_model))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "PositionalEncoding":
        """Move, or cast; sinusoids are computed anew, since those of a lower precision would stay as coarse."""
        super()._apply(fn, recurse)
        if self.kind in FORMULAS:
            self.table = self.computed(torch.arange(self.max_len)).to(self.table)
        return self

    def computed(self, positions: Tensor) -> Tensor:
        """Encode positions, numbered from `first_position`, by the formula. Shapes: positions [L] → [L,D], float64"""
        return FORMULAS[self.kind](positions + self.first_position, self.d_model)

    def reset_parameters(self, generator: torch.Generator | None) -> None:
        """Draw a learned table from N(0, 1/D)."""
        if self.kind == "learned":
            nn.init.normal_(self.table, std=self.d_model**-0.5, generator=generator)

    def first(self, length: int) -> Tensor | None:
        """Return the encodings of the positions 0 … length−1, as `forward` does. Shapes: → [L,D]"""
        within = self.kind != "none" and length <= self.max_len
        return self.table[:length] if within else self(torch.arange(length))

    def forward(self, positions: Tensor) -> Tensor | None:
        """Return the encodings of positions, or None from a model that has no positions.

        Positions are numbers on the processor, wherever the model is.

        Shapes: positions [L], in tokens → [L,D]
        Raises: ValueError if a learned table does not reach a position.
        """
        if self.kind == "none":
            return None
        first, last = int(positions.min()), int(positions.max())
        if first >= 0 and last < self.max_len:
            return self.table[positions]
        if self.kind == "learned":
            raise ValueError(f"learned positions reach from 0 to {self.max_len - 1}, asked for {first} to {last}")
        return self.computed(positions).to(self.table)
