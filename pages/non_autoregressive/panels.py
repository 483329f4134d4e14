"""Panels of one pass: all positions' distributions, and one head's attention."""

import torch

from core.decoding import RefineStep
from core.figures.boards import Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.rows import rows_of
from core.run.runs import RunSpec
from core.run.tokens import disambiguate, name_in
from core.run.view import View
from core.trace import Trace
from core.vocab import END
from pages.non_autoregressive.writing import Written
from pages.shared.text import t

EACH, LEAST = 3, 0.005  # the likeliest tokens of every position get a row, if they are at all likely
MOST_ROWS = 14
MOST_NUMBERS = 12  # positions, above which the numbers would grow too small


def entropy(step: RefineStep) -> torch.Tensor:
    """Return how undecided each position was. Shapes: → [1,T]; Units: nats"""
    probs = step.log_probs.exp()
    return -(probs * step.log_probs).masked_fill(probs == 0, 0).sum(-1)[None]


def likely_tokens(step: RefineStep) -> list[int]:
    """Return the tokens that were among the likeliest anywhere, END last."""
    probs = step.log_probs.exp()
    top = probs.topk(min(EACH, probs.shape[-1]), dim=-1)
    weight: dict[int, float] = {}
    for values, indices in zip(top.values.tolist(), top.indices.tolist(), strict=True):
        for place, (value, number) in enumerate(zip(values, indices, strict=True)):
            if place == 0 or value >= LEAST:
                weight[number] = max(weight.get(number, 0.0), value)
    kept = sorted(weight, key=lambda number: -weight[number])[:MOST_ROWS]
    return sorted(kept, key=lambda number: (number == END, number))


def distributions(written: Written, writer: str, step: RefineStep) -> list[Panel]:
    """Return all positions' distributions at once, and how undecided each was."""
    vocab = models.catalogue()[writer].target_vocab
    columns = [str(place + 1) for place in range(written.length)]
    rows = likely_tokens(step)
    return [
        Panel(
            id="distributions", title=t("non_autoregressive.distributions"),
            help=t("non_autoregressive.distributions_help"),
            note=t("non_autoregressive.distributions_note", **{"pass": step.index + 1}, rows=len(rows), all=len(vocab)),
            values=step.log_probs.exp()[:, rows].T.contiguous(), rows=[name_in(vocab, number) for number in rows],
            columns=columns, name=t("non_autoregressive.probability_name"), scale="sequential", aligned=True,
            numbers=written.length <= MOST_NUMBERS,
        ),
        Panel(
            id="entropy", title=t("non_autoregressive.entropy"), values=entropy(step),
            rows=[t("non_autoregressive.nats")],
            columns=columns, name=t("non_autoregressive.entropy_name"), scale="sequential", digits=1,
            column_labels=False, aligned=True, numbers=written.length <= MOST_NUMBERS,
        ),
    ]  # fmt: skip


def attention_panels(spec: RunSpec, written: Written, writer: str, step: RefineStep, view: View) -> list[Panel]:
    """Return one head's decoder self-attention, which no causal mask cuts, and its cross-attention."""
    about = models.catalogue()[writer]
    layer, head = min(view.layer, about.config.num_decoder_layers - 1), min(view.head, about.config.num_heads - 1)
    read = [name_in(about.target_vocab, number) for number in step.read.tolist()]
    queries = [
        f"{place}: {old} → {name_in(about.target_vocab, int(number))}"
        for place, (old, number) in enumerate(zip(read, step.tokens, strict=True), start=1)
    ]
    source = disambiguate(runs.source_names(spec))
    shared = {"rows": queries, "numbers": False, "scale": "sequential", "top": 1.0}
    places = [str(place + 1) for place in range(len(read))]
    return [
        Panel(
            id="self", title=t("non_autoregressive.self"), note=t("non_autoregressive.self_note"),
            help=t("non_autoregressive.self_help"),
            values=step.self_weights[layer, head], columns=disambiguate(read), column_heads=places,
            name=t("non_autoregressive.weight_name"), **shared,
        ),
        Panel(
            id="cross", title=t("non_autoregressive.cross"), help=t("non_autoregressive.cross_help"),
            note=t("non_autoregressive.cross_note", layer=layer + 1, head=head + 1),
            values=step.cross_weights[layer, head],
            mask=written.cells, columns=source, row_labels=False,
            name=t("non_autoregressive.weight_name"), **shared,
        ),
    ]  # fmt: skip


def beside_panel(spec: RunSpec, trace: Trace, view: View) -> Panel:
    """Return the same head of the model that writes step by step, with its causal mask."""
    layer, head = min(view.layer, spec.config.num_decoder_layers - 1), min(view.head, spec.config.num_heads - 1)
    rows = rows_of(spec, trace, "self")
    return Panel(
        id="beside", title=t("non_autoregressive.beside_self"), note=t("non_autoregressive.beside_note"),
        help=t("non_autoregressive.beside_help"),
        values=rows.weights[layer, head], mask=rows.cells, rows=rows.queries, columns=rows.keys,
        name=t("non_autoregressive.weight_name"), numbers=False, scale="sequential", top=1.0,
    )  # fmt: skip


def lines(
    spec: RunSpec, written: Written, writer: str, step: RefineStep, view: View, beside: tuple[RunSpec, Trace] | None
) -> list[Line]:
    """Return the board's one line: distributions, attention, and the other model's attention where there is one."""
    other = [] if beside is None else [beside_panel(*beside, view)]
    return [Line([distributions(written, writer, step), *attention_panels(spec, written, writer, step, view), *other])]
