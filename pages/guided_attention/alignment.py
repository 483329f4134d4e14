"""One head's cross-attention of a run beside what a guide makes of it: every number that the loss is made of."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.run import runs
from core.run.rows import rows_of
from core.run.runs import RunSpec
from core.run.view import View
from core.training.guided import (
    diagonal_loss,
    diagonal_penalty,
    diagonal_share,
    monotonic_loss,
    row_centres,
)
from core.vocab import PAD


@dataclass(frozen=True, eq=False)
class Alignment:
    """Hold the weights of one head for the tokens of the source, padding left aside, and of all heads.

    Shapes: weights [T,S], every [L,H,T,S]
    """

    spec: RunSpec
    layer: int
    head: int
    row: int
    weights: Tensor
    every: Tensor
    queries: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def lengths(self) -> tuple[Tensor, Tensor]:
        """Return T and S as the losses take them. Shapes: [1] each"""
        return torch.tensor([self.weights.shape[0]]), torch.tensor([self.weights.shape[1]])

    def penalty(self, width: float) -> Tensor:
        """Return W. Shapes: → [T,S]"""
        return diagonal_penalty(*self.lengths, tuple(self.weights.shape), width)[0]

    def loss(self, kind: str, width: float, every: bool = False) -> float:
        """Return the guide's loss of this head, or of all heads and layers."""
        weights = self.every.flatten(0, 1)[None] if every else self.weights[None, None]
        if kind == "diagonal":
            return float(diagonal_loss(weights, *self.lengths, width))
        return float(monotonic_loss(weights, *self.lengths))

    def share(self, every: bool = False) -> float:
        """Return the share of the weights within two cells of the diagonal, in this head or in all."""
        weights = self.every.flatten(0, 1)[None] if every else self.weights[None, None]
        return float(diagonal_share(weights, *self.lengths))

    def centres(self) -> Tensor:
        """Return where each row looks on average, in lengths of the source. Shapes: → [T]"""
        return row_centres(self.weights[None, None], self.lengths[1])[0, 0]

    def back(self) -> Tensor:
        """Return by how much each row's centre lies to the left of that of the row before. Shapes: → [T]"""
        centres = self.centres()
        return torch.cat((torch.zeros(1), (centres[:-1] - centres[1:]).relu()))


def alignment_of(spec: RunSpec, view: View) -> Alignment:
    """Return what a head of a run attends to.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    trace = runs.trace(spec)
    view = replace(view, attention="cross").within(spec.config)
    rows = rows_of(spec, trace, "cross")
    real = int((trace.source != PAD).sum())
    row = max(0, min(view.step - 1, len(rows.queries) - 1))
    every = rows.weights[..., :real]
    return Alignment(
        spec, view.layer, view.head, row, every[view.layer, view.head], every, rows.queries, rows.keys[:real]
    )
