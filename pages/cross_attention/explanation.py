"""Is attention an explanation? Overwrite weights of one row, and see what the model says next."""

from dataclasses import dataclass, replace

import streamlit as st
import torch
from torch import Tensor

from core.analysis.attention.alignment import argmax_links
from core.analysis.attention.erasure import Scope
from core.analysis.attention.trace_weights import allowed_of
from core.figures.board_events import Cell
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.rows import rows_of
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.switches import site_of
from core.taps import OverwriteWeight
from core.trace import Trace
from pages.cross_attention.choices import NAMED, CrossChoices, Place, gradients_of, place_of
from pages.cross_attention.controls import overwrite_controls, step_control
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_code, t

MOST_TOKENS = 5
MOST_BESIDE = 30  # source tokens, above which their row has no room beside the map


@dataclass(frozen=True, eq=False)
class Overwritten:
    """Hold the run before and after weights of one row were overwritten: `key` in the heads of `scope` with `value`."""

    place: Place
    after: Trace
    scope: Scope
    heads: Tensor
    key: int
    value: float

    @property
    def tokens(self) -> tuple[int, int]:
        """Return the likeliest token of the row, before and after."""
        return self.place.trace.steps[self.place.row].predicted, self.after.steps[self.place.row].predicted

    @property
    def weight(self) -> float:
        """Return the mean weight of the token in these heads before."""
        return float(self.place.trace.cross_weights()[:, :, self.place.row, self.key][self.heads].mean())

    def probs(self) -> tuple[Tensor, Tensor]:
        """Return the distribution of the next token, before and after."""
        row = self.place.row
        return self.place.trace.steps[row].log_probs.exp(), self.after.steps[row].log_probs.exp()


def overwritten(place: Place, choices: CrossChoices) -> Overwritten:
    """Overwrite what is chosen in a run of its own; earlier rows stay as they were, later ones follow from it."""
    config = place.spec.config
    scope = {"head": Scope(place.layer, place.head), "layer": Scope(place.layer), "all": Scope()}[choices.scope]
    heads = scope.heads(config.num_decoder_layers, config.num_heads)
    key = chosen_key(place, choices.token, heads)
    cells = frozenset(
        OverwriteWeight(site_of("cross", layer), head, place.row, key, choices.value)
        for layer, head in heads.nonzero().tolist()
    )
    return Overwritten(
        place, runs.trace(place.spec, replace(place.spec.switches, overwritten=cells)), scope, heads, key, choices.value
    )


def chosen_key(place: Place, token: str, heads: Tensor) -> int:
    """Return the source token that is chosen: by its place, or as the one that a method names over these heads."""
    count = len(place.trace.source)
    if token not in NAMED:
        return min(int(token), count) - 1
    found = gradients_of(place.spec)
    size = found.weights if token == "largest" else found.weights * found.gradients
    summed = size[:, :, place.row][heads].sum(0)
    return max(0, int(argmax_links(summed, allowed_of(place.trace, "cross")[place.row])))


def explanation_view(current: AppState) -> Overwritten:
    """Draw whether the token changed, the map to choose from, and what became of its row, token and output."""
    place, choices = place_of(current), current.chosen(CrossChoices)
    step_control(current, place)
    rows = rows_of(place.spec, place.trace, "cross")
    overwrite_controls(current, rows.keys)
    found = overwritten(place, choices)

    def take(cell: Cell) -> None:
        if cell.panel == "map":
            current.look(step=cell.row + 1)
        if cell.column is not None:
            current.choose(CrossChoices, token=str(cell.column + 1))

    verdict(found)
    board_view(explanation_board, current, key="cross-explanation", on_click=take)
    return found


def explanation_board(current: AppState) -> Board:
    """Return the chosen head with the weight that is overwritten, and what follows from it."""
    found = overwritten(place_of(current), current.chosen(CrossChoices))
    return Board([board_line(found)], changed_weight(found))


def board_line(found: Overwritten) -> Line:
    """Return the map of the chosen head; its row with what it was overwritten with; the token that is written next."""
    place, beside = found.place, len(found.place.trace.source) <= MOST_BESIDE
    rows = rows_of(place.spec, place.trace, "cross")
    before, after = (trace.cross_weights()[place.layer, place.head] for trace in (place.trace, found.after))
    whole = Panel(
        id="map", title=t("cross.method_head", layer=place.layer + 1, head=place.head + 1),
        help=t("cross.explain_clickable"), values=before, mask=rows.cells, rows=rows.queries, columns=rows.keys,
        name=t("hand.weight_name"), numbers=False, cell=13, aligned=True, scale="sequential",
        mark=place.row, marks=[(place.row, found.key)], clickable=True, top=1.0,
    )  # fmt: skip
    row = Panel(
        id="row", title=t("cross.panel_row", row=rows.queries[place.row]), help=t("cross.explain_row"),
        values=torch.stack([before[place.row], after[place.row]]), mask=rows.cells[place.row].expand(2, -1),
        rows=(t("cross.before"), t("cross.after")), columns=rows.keys, name=t("cross.cell_row"), numbers=False, cell=13,
        aligned=not beside, scale="sequential", marks=[(1, found.key)], top=1.0,
    )  # fmt: skip
    written = next_panel(found)
    return Line([whole, "→", [row, written]] if beside else [[row, whole], "→", written], outputs(found))


def next_panel(found: Overwritten) -> Panel:
    """Return the probabilities of the likeliest tokens before and after, the one that is written framed."""
    both = torch.stack(found.probs())
    likeliest = both.amax(0).argsort(descending=True).tolist()
    kept = [*dict.fromkeys([*found.tokens, *likeliest])][:MOST_TOKENS]
    shares = both[:, kept]
    return Panel(
        id="next", title=t("cross.panel_next"), help=t("cross.explain_next"), values=shares,
        rows=(t("cross.before"), t("cross.after")), columns=[name_of(found.place.spec, token) for token in kept],
        texts=[[f"{share:.2%}" for share in line] for line in shares.tolist()], name=t("cross.cell_next"),
        scale="sequential", marks=[(line, kept.index(token)) for line, token in enumerate(found.tokens)], top=1.0,
    )  # fmt: skip


def changed_weight(found: Overwritten) -> str:
    """Say what was overwritten with what."""
    rows = rows_of(found.place.spec, found.place.trace, "cross")
    where = t(f"cross.where_{found.scope.kind}", layer=found.place.layer + 1, head=found.place.head + 1)
    return t(
        "cross.changed_weight", key=rows.keys[found.key], where=where, weight=f"{found.weight:.3f}",
        value=f"{found.value:g}",
    )  # fmt: skip


def name_of(spec: RunSpec, token: int) -> str:
    """Return how a token of the target looks on screen."""
    return name_in(models.catalogue()[spec.model].target_vocab, token)


def verdict(found: Overwritten) -> None:
    """Say in large letters whether the token changed, and what became of its probability."""
    before, after = found.tokens
    shares = [f"{float(probability[before]):.2%}" for probability in found.probs()]
    names = {name: as_code(name_of(found.place.spec, token)) for name, token in (("token", before), ("other", after))}
    key = "cross.verdict_stays" if before == after else "cross.verdict_changes"
    became = t("cross.verdict_probability", before=shares[0], after=shares[1], **names)
    st.markdown(f"#### {t(key, **names)} :small[{became}]")


def outputs(found: Overwritten) -> str:
    """Say what the whole output is before and after, since later steps read what this one wrote."""
    spec, vocab = found.place.spec, models.catalogue()[found.place.spec.model].target_vocab
    before, after = (spec.task.target_text(vocab.decode(trace.tokens)) for trace in (found.place.trace, found.after))
    return t("cross.output_same" if before == after else "cross.output_differs", before=before, after=after)
