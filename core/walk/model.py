"""The same walk on the numbers of the loaded model: one query of one head, its real q, k and v."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.by_hand import HandAttention, Method, ScoreNetwork, take_apart
from core.analysis.attention.row import AttentionRow, attention_row
from core.figures.boards import Line
from core.figures.panels import Panel
from core.model import Transformer
from core.run import models, runs
from core.run.rows import row_of, rows_of
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.view import View
from core.screen.texts import cached_by_language, t
from core.switches import AttentionKind
from core.walk.walk import Walk, title, walk_line


@dataclass(frozen=True, eq=False)
class ModelWalk:
    """Hold one head's attention of one run: the walk of one query, all weights, and an additive score's vector.

    Shapes: weights and cells [Q,K], cells with the values of Cell; vector [d] or None
    """

    walk: Walk
    weights: Tensor
    cells: Tensor
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    row: int
    place: str
    vector: Tensor | None

    def line(self) -> Line:
        """Return the board's line: the map of all weights, then the walk."""
        weights = Panel(
            id="map", **title("map"), values=self.weights, mask=self.cells, rows=self.queries, columns=self.keys,
            name=t("hand.weight_name"), numbers=False, scale="sequential", clickable=True, mark=self.row,
        )  # fmt: skip
        items: list[Panel | str] = [weights, "  "]
        if self.vector is not None:
            items.append(Panel(id="s1", **title("s"), values=self.vector[None], row_labels=False, numbers=False))
        return Line([*items, *walk_line(self.walk).items], self.place)


def method_of(model: Transformer, spec: RunSpec) -> Method:
    """Return how a run of a model scores and normalises."""
    config = model.config
    return Method(score=config.score, normalizer=config.normalizer, temperature=spec.switches.temperature)


def network_of(model: Transformer, attention: AttentionKind, layer: int, head: int) -> ScoreNetwork | None:
    """Return the network of a head's additive score: W_a and W_b are already in its projections."""
    if model.config.score != "additive":
        return None
    layers = model.encoder if attention == "encoder" else model.decoder
    part = layers[layer].cross_attn if attention == "cross" else layers[layer].self_attn
    same = torch.eye(model.config.d_head)
    return ScoreNetwork(same, same, part.score_vector[head].detach())


def redone(model: Transformer, row: AttentionRow, method: Method, network: ScoreNetwork | None) -> HandAttention:
    """Take one row of a real head apart."""
    return take_apart(row.query[None], row.key, row.value, method, network, row.allowed[None])


@cached_by_language(maxsize=64)
def model_walk(spec: RunSpec, view: View) -> ModelWalk:
    """Walk through what one head of a run does for one query.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    model, trace = models.model(spec.model), runs.trace(spec)
    view = view.within(model.config)
    rows = rows_of(spec, trace, view.attention)
    row = row_of(view, len(rows.queries))
    taken = attention_row(model, trace, view.attention, view.layer, view.head, row)
    keys = len(taken.weights)
    method, network = method_of(model, spec), network_of(model, view.attention, view.layer, view.head)
    walk = Walk(
        found=redone(model, taken, method, network), row=0, method=method, query_name=rows.queries[row],
        names=rows.keys[:keys], features=tuple(str(n + 1) for n in range(model.config.d_head)), made={},
        mask=rows.cells[row, :keys], numbers=False,
    )  # fmt: skip
    place = t(
        "hand.model_place", model=title_of(spec.model), attention=t(f"view.name_{view.attention}"),
        layer=view.layer + 1, head=view.head + 1,
    )  # fmt: skip
    weights, vector = rows.weights[view.layer, view.head], None if network is None else network.vector
    return ModelWalk(walk, weights, rows.cells, rows.queries, rows.keys, row, place, vector)
