"""The rows and columns of an attention as they look on screen, with their weights."""

from typing import NamedTuple

from torch import Tensor

from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import disambiguate, name_in
from core.run.view import View
from core.switches import AttentionKind
from core.trace import Trace


class Rows(NamedTuple):
    """Name the queries and keys of one attention, with its weights and cells, each [L,H,Q,K] and [Q,K]."""

    queries: tuple[str, ...]
    keys: tuple[str, ...]
    weights: Tensor
    cells: Tensor


def rows_of(spec: RunSpec, trace: Trace, attention: AttentionKind) -> Rows:
    """Return names, weights and cells of an attention; a decoder's row carries what was read and what was predicted."""
    source = disambiguate(runs.source_names(spec))
    if attention == "encoder":
        return Rows(source, source, trace.encoder_weights, trace.encoder_cells())
    vocab = models.catalogue()[spec.model].target_vocab
    written = tuple(f"{name_in(vocab, step.read)} → {name_in(vocab, step.predicted)}" for step in trace.steps)
    if attention == "cross":
        return Rows(written, source, trace.cross_weights(), trace.cross_cells())
    read = [name_in(vocab, number) for number in trace.read().tolist()]
    return Rows(written, disambiguate(read), trace.self_weights(), trace.self_cells())


def row_of(view: View, count: int) -> int:
    """Return the row that is looked at, in an attention of `count` rows."""
    wanted = view.row if view.attention == "encoder" else view.step - 1
    return max(0, min(wanted, count - 1))
