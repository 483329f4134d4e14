"""Draw a mask: the mask of an attention, the weights under it and without it, and what the model then writes."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.analysis.masks.leak import blind_rows
from core.figures.boards import Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.rows import Rows, row_of, rows_of
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.run.view import View
from core.trace import Cell, Trace
from pages.masks.choices import Drawn
from pages.masks.names import bare_keys, written_text
from pages.masks.panels import token_panels
from pages.shared.text import listed, sentences, t

MOST_COLUMNS = 18


@dataclass(frozen=True, eq=False)
class Drawing:
    """Hold a run without the drawn mask and with it, and with it on the tokens that were written without.

    `row` is the one looked at.
    """

    spec: RunSpec
    view: View
    plain: Trace
    masked: Trace
    fed: Trace
    rows: Rows
    plain_rows: Rows
    row: int

    @property
    def blind(self) -> list[str]:
        """Return the rows of the chosen attention that may attend to nothing."""
        return [self.rows.queries[row] for row in blind_rows(self.rows.cells == Cell.OPEN)]

    def drawn_here(self) -> int:
        """Count the drawn cells in sight."""
        return int((self.rows.cells == Cell.BY_HAND).sum())


def drawing(spec: RunSpec, view: View, drawn: Drawn) -> Drawing:
    """Run without the drawn mask and with it.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    config = models.catalogue()[spec.model].config
    view = view.within(config)
    switches = replace(spec.switches, blocked=drawn)
    plain, masked = runs.trace(spec), runs.trace(spec, switches)
    fed = masked
    if config.autoregressive and not spec.teacher:
        fed = runs.trace(replace(spec, forced=tuple(enumerate(plain.tokens))), switches)
    rows, plain_rows = (rows_of(spec, trace, view.attention) for trace in (masked, plain))
    return Drawing(spec, view, plain, masked, fed, rows, plain_rows, row_of(view, len(rows.queries)))


def token_probabilities(trace: Trace, tokens: list[int]) -> Tensor:
    """Return the probability that each step gave to a token. Shapes: → [T]"""
    pairs = zip(trace.steps, tokens, strict=False)
    return torch.tensor([float(step.log_probs[token].exp()) for step, token in pairs])


def drawing_lines(found: Drawing) -> list[Line]:
    """Return the board: mask and weights, then what is written."""
    view, rows, plain = found.view, found.rows, found.plain_rows
    heads = bare_keys(found.spec, found.masked, view.attention)

    def panel(name: str, of: Rows, values: Tensor, mask: Tensor, labels: bool, **more: bool) -> Panel:
        return Panel(
            id=name, title=t(f"masks.panel_{name}"), help=t(f"masks.explain_{name}"), values=values, mask=mask,
            rows=of.queries, columns=of.keys, row_labels=labels, numbers=False, roomy=True, scale="sequential",
            mark=row_of(view, len(of.queries)), **more,
        )  # fmt: skip

    mask = replace(
        panel("mask", rows, (rows.cells == Cell.BY_HAND).float(), rows.cells, True, drawable=True),
        name=t("masks.cell_name"), column_heads=heads,
    )  # fmt: skip
    named = {"name": t("masks.weight_name")}
    weights = panel("with", rows, rows.weights[view.layer, view.head], rows.cells, False, clickable=True)
    before = panel(
        "without", plain, plain.weights[view.layer, view.head], plain.cells, plain.queries != rows.queries,
        clickable=True,
    )  # fmt: skip
    place = t("masks.draw_line", attention=t(f"view.name_{view.attention}"), layer=view.layer + 1, head=view.head + 1)
    shown = [mask, "  ", replace(weights, column_heads=heads, **named)]
    shown += ["  ", replace(before, column_heads=bare_keys(found.spec, found.plain, view.attention), **named)]
    return [Line(shown, place), *output_lines(found)]


def output_lines(found: Drawing) -> list[Line]:
    """Return what is written without the mask and with it, each token with its probability."""
    tokens, free = found.plain.tokens, found.masked.tokens
    before = token_probabilities(found.plain, tokens)
    kept = token_probabilities(found.fed, tokens)
    both = torch.stack((before[: len(kept)], kept))
    alone = token_probabilities(found.masked, free)[None]
    texts = {
        name: written_text(found.spec, trace) for name, trace in (("before", found.plain), ("after", found.masked))
    }
    panels = probability_panels(found.spec, "same", tokens, both, (t("masks.row_without"), t("masks.row_with")))
    panels += probability_panels(found.spec, "alone", free, alone, (t("masks.row_with"),))
    same = t("masks.same_output", **texts) if texts["before"] == texts["after"] else t("masks.other_output", **texts)
    return [Line(panels, same)]


def probability_panels(
    spec: RunSpec, name: str, tokens: list[int], values: Tensor, rows: tuple[str, ...]
) -> list[Panel]:
    """Return the probabilities of tokens."""
    vocab = models.catalogue()[spec.model].target_vocab
    heads = [name_in(vocab, token) for token in tokens[: values.shape[1]]]
    return token_panels(name, values, heads, rows, MOST_COLUMNS, name=t("masks.probability_name"))


def drawing_summary(found: Drawing, drawn: Drawn) -> str:
    """Say how much is drawn, also out of sight, and whether a row is left with nothing."""
    here, elsewhere = found.drawn_here(), sum(cell.attention != found.view.attention for cell in drawn)
    said = [t("masks.drawn_nothing") if not drawn else t("masks.drawn_here", count=here)]
    if elsewhere:
        said.append(t("masks.drawn_elsewhere", count=elsewhere))
    if found.blind:
        rows = listed([*found.blind[:3], *(["…"] if len(found.blind) > 3 else [])])
        said.append(t("masks.drawn_blind", row=rows))
    return sentences(*said)
