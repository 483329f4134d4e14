"""Positional encodings: what tells the model where a token stands."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.config import Position


def sinusoidal_encoding(positions: Tensor, d_model: int) -> Tensor:
    """Encode positions as sines (even dimensions) and cosines (odd ones) of geometrically falling frequency.

    Shapes: positions [L], in tokens, any integers → [L,D], float64
    Source: Vaswani et al. 2017, § 3.5.
    """
    even = torch.arange(0, d_model, 2, device=positions.device, dtype=torch.float64)
    frequency = torch.exp(even * (-math.log(10_000.0) / d_model))
    angle = positions.to(torch.float64)[:, None] * frequency
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(-2)


class PositionalEncoding(nn.Module):
    """Give each position the vector that is added to the embedding of the token standing there."""

    def __init__(self, kind: Position, max_len: int, d_model: int) -> None:
        super().__init__()
        self.kind, self.max_len, self.d_model = kind, max_len, d_model
        if kind == "sinusoidal":
            table = sinusoidal_encoding(torch.arange(max_len), d_model).to(torch.get_default_dtype())
            self.register_buffer("table", table, persistent=False)
        elif kind == "learned":
            self.table = nn.Parameter(torch.empty(max_len, d_model))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "PositionalEncoding":
        """Move, or cast; sinusoids are computed anew, since those of a lower precision would stay as coarse."""
        super()._apply(fn, recurse)
        if self.kind == "sinusoidal":
            self.table = sinusoidal_encoding(torch.arange(self.max_len), self.d_model).to(self.table)
        return self

    def reset_parameters(self, generator: torch.Generator | None) -> None:
        """Draw a learned table from N(0, 1/D)."""
        if self.kind == "learned":
            nn.init.normal_(self.table, std=self.d_model**-0.5, generator=generator)

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
        return sinusoidal_encoding(positions, self.d_model).to(self.table)
