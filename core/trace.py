"""The trace: one record of a run, the same however the tokens were chosen. Every view is a slice of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor

from core.decoding.session import Encoding
from core.decoding.step import DecodeStep
from core.masks import causal_mask
from core.switches import AttentionKind, Switches
from core.vocab import BEGIN, PAD


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

    def read(self, step: int | None = None) -> Tensor:
        """Return what the decoder had before it when it wrote its `step`-th token (None: its last).

        Shapes: → [K], the keys of `self_weights(step)`
        """
        newest = self._newest(step).self_weights
        assert newest is not None, "a trace is of a session that records"
        keys = newest.shape[3]
        reads = [step.read for step in self.steps[:keys]]
        reads += [BEGIN] * (keys - len(reads))  # a parallel run reads BEGIN past its END too
        return torch.tensor(reads)

    def self_weights(self, step: int | None = None) -> Tensor:
        """Return the decoder's self-attention as it stood after `step` tokens (None: after all).

        Shapes: → [L,H,T,K], K = T, or all positions of a parallel run
        """
        return self._rows("self_weights", step)

    def cross_weights(self, step: int | None = None) -> Tensor:
        """Return the cross-attention as it stood after `step` tokens (None: after all). Shapes: → [L,H,T,S]"""
        return self._rows("cross_weights", step)

    def _newest(self, step: int | None) -> DecodeStep:
        count = len(self.steps) if step is None else step
        if not 1 <= count <= len(self.steps):
            raise ValueError(f"this run has steps 1 to {len(self.steps)}, asked for {count}")
        return self.steps[count - 1]

    def _rows(self, name: str, step: int | None) -> Tensor:
        last = self._newest(step)
        newest, count = getattr(last, name), last.index + 1
        if newest.shape[2] == count:
            return newest
        rows = newest.new_zeros(*newest.shape[:2], count, newest.shape[3])
        for index, row in enumerate(getattr(step, name) for step in self.steps[:count]):
            rows[:, :, index, : row.shape[3]] = row[:, :, 0]
        return rows

    def encoder_cells(self) -> Tensor:
        """Say which cells of the encoder's self-attention are masked, and why. Shapes: → [S,S], values of Cell"""
        length = len(self.source)
        return self._pads(self._cells("encoder", length, length))

    def self_cells(self) -> Tensor:
        """Say which cells of the decoder's self-attention are masked, and why.

        Shapes: → [T,K], values of Cell, as `self_weights`
        """
        queries, keys = len(self.steps), len(self.read())
        cells = self._cells("self", queries, keys)
        if self.switches.causal:
            cells[~causal_mask(queries)[0, 0]] = Cell.CAUSAL
        return cells

    def cross_cells(self) -> Tensor:
        """Say which cells of the cross-attention are masked, and why. Shapes: → [T,S], values of Cell"""
        return self._pads(self._cells("cross", len(self.steps), len(self.source)))

    def _cells(self, attention: AttentionKind, queries: int, keys: int) -> Tensor:
        cells = torch.full((queries, keys), Cell.OPEN, dtype=torch.uint8)
        for cell in self.switches.blocked:
            if cell.attention == attention and cell.query < queries and cell.key < keys:
                cells[cell.query, cell.key] = Cell.BY_HAND
        return cells

    def _pads(self, cells: Tensor) -> Tensor:
        if self.switches.padding:
            cells[:, self.source == PAD] = Cell.PADDING
        return cells


def record(session: Encoding, steps: Iterable[DecodeStep]) -> Trace:
    """Run a decode of one source to its end and keep it.

    Raises: ValueError if the session does not record, or if the steps are another session's.
    """
    if session.encoder_weights is None:
        raise ValueError("only a session with record=True can be kept as a trace")
    taken = tuple(steps)
    if not session.wrote(taken):
        raise ValueError("these steps are of another session: record(session, decode(session))")
    return Trace(session.source[0], session.encoder_weights[:, 0], taken, session.switches)


def token_probabilities(trace: Trace, tokens: Sequence[int]) -> Tensor:
    """Return the probability that each step of a run gave to the token of the same place; NaN where it has no step.

    Shapes: → [len(tokens)]
    """
    found = torch.full((len(tokens),), torch.nan)
    for place, (step, token) in enumerate(zip(trace.steps, tokens, strict=False)):
        found[place] = step.log_probs[token].exp()
    return found
