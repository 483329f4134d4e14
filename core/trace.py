"""The trace: one record of a run, the same however the tokens were chosen. Every view is a slice of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor

from core.decoding.session import Session
from core.decoding.step import DecodeStep
from core.switches import Switches
from core.vocab import PAD


class Cell(IntEnum):
    """Say why a cell of an attention matrix has no weight; OPEN cells may have one."""

    OPEN = 0
    CAUSAL = 1
    PADDING = 2
    BY_HAND = 3


@dataclass(frozen=True, eq=False)
class Trace:
    """Hold what a run read, wrote and attended to.

    Shapes: source [S]; encoder_weights [L,H,S,S]
    """

    source: Tensor
    encoder_weights: Tensor
    steps: tuple[DecodeStep, ...]
    switches: Switches

    @property
    def tokens(self) -> list[int]:
        """Return what was written, END included."""
        return [step.token for step in self.steps]

    def self_weights(self, step: int | None = None) -> Tensor:
        """Return the decoder's self-attention as it stood after `step` tokens (None: after all). Shapes: → [L,H,T,T]"""
        return self._rows("self_weights", step, square=True)

    def cross_weights(self, step: int | None = None) -> Tensor:
        """Return the cross-attention as it stood after `step` tokens (None: after all). Shapes: → [L,H,T,S]"""
        return self._rows("cross_weights", step, square=False)

    def _rows(self, name: str, step: int | None, square: bool) -> Tensor:
        count = len(self.steps) if step is None else step
        if not 1 <= count <= len(self.steps):
            raise ValueError(f"this run has steps 1 to {len(self.steps)}, asked for {count}")
        newest = getattr(self.steps[count - 1], name)
        if newest.shape[2] == count:
            return newest
        width = count if square else newest.shape[3]
        rows = newest.new_zeros(*newest.shape[:2], count, width)
        for index, row in enumerate(getattr(step, name) for step in self.steps[:count]):
            rows[:, :, index, : row.shape[3]] = row[:, :, 0, :width]
        return rows

    def encoder_cells(self) -> Tensor:
        """Say which cells of the encoder's self-attention are masked, and why. Shapes: → [S,S], values of Cell"""
        length = len(self.source)
        return self._pads(self._cells("encoder", length, length))

    def self_cells(self) -> Tensor:
        """Say which cells of the decoder's self-attention are masked, and why. Shapes: → [T,T], values of Cell"""
        length = len(self.steps)
        cells = self._cells("self", length, length)
        if self.switches.causal:
            cells[torch.ones(length, length, dtype=torch.bool).triu(1)] = Cell.CAUSAL
        return cells

    def cross_cells(self) -> Tensor:
        """Say which cells of the cross-attention are masked, and why. Shapes: → [T,S], values of Cell"""
        return self._pads(self._cells("cross", len(self.steps), len(self.source)))

    def _cells(self, attention: str, queries: int, keys: int) -> Tensor:
        cells = torch.full((queries, keys), Cell.OPEN, dtype=torch.uint8)
        for cell in self.switches.blocked:
            if cell.attention == attention and cell.query < queries and cell.key < keys:
                cells[cell.query, cell.key] = Cell.BY_HAND
        return cells

    def _pads(self, cells: Tensor) -> Tensor:
        if self.switches.padding:
            cells[:, self.source == PAD] = Cell.PADDING
        return cells


def record(session: Session, steps: Iterable[DecodeStep]) -> Trace:
    """Run a decode of one source to its end and keep it.

    Raises: ValueError if the session does not record.
    """
    if not session.record or session.encoder_weights is None:
        raise ValueError("only a session with record=True can be kept as a trace")
    return Trace(session.source[0], session.encoder_weights[:, 0], tuple(steps), session.switches)
