"""Nothing to attend to: one row blocked whole, and what three ways of masking make of it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.masks.blind_row import BlindRow, blind_row
from core.figures.board_events import Cell
from core.figures.boards import Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.kept import kept
from core.run.rows import Rows, row_of, rows_of
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.run.view import View
from pages.shared.state import AppState
from pages.shared.text import t

LOOKS = {"ours": "ours", "minus infinity": "infinity", "large number": "large"}


@dataclass(frozen=True, eq=False)
class BlindPlace:
    """Hold a row that may attend to nothing, with the names of what is shown."""

    spec: RunSpec
    view: View
    rows: Rows
    row: int
    found: BlindRow
    positions: tuple[str, ...]


@kept
def blind_place(spec: RunSpec, view: View) -> BlindPlace:
    """Block the row that is looked at.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    model, trace = models.model(spec.model), runs.trace(spec)
    view = view.within(model.config)
    rows = rows_of(spec, trace, view.attention)
    row = row_of(view, len(rows.queries))
    found = blind_row(model, trace, view.attention, view.layer, view.head, row)
    return BlindPlace(spec, view, rows, row, found, rows_of(spec, trace, "cross").queries)


def blind_line(shown: BlindPlace) -> Line:
    """Return the board: the row's scores and weights, then what every position predicts."""
    found, row = shown.found, shown.row

    def column(
        name: str, values: Tensor, mask: Tensor | None = None, labels: bool = False, scores: bool = False
    ) -> Panel:
        bad = bool(values.isnan().any()) and mask is None
        return Panel(
            id=name, title=t(f"masks.panel_{name}"), help=t(f"masks.explain_{name}"), values=values[:, None],
            mask=None if mask is None else mask[:, None], rows=shown.rows.keys, row_labels=labels,
            scale="diverging" if scores else "sequential", name=t(f"masks.{'score' if scores else 'share'}_name"),
            texts=[["NaN"]] * len(values) if bad else (),
        )  # fmt: skip

    cells = shown.rows.cells[row]
    panels: list[Panel | str] = [column("score", found.scores, labels=True, scores=True), "→"]
    panels.append(column("was", found.open_weights, cells))
    panels += ["→", *(column(LOOKS[way], weights) for way, weights in found.weights.items())]
    place = t(
        "masks.nothing_line", row=shown.rows.queries[row], attention=t(f"view.name_{shown.view.attention}"),
        layer=shown.view.layer + 1, head=shown.view.head + 1,
    )  # fmt: skip
    return Line([*panels, "  ", predictions(shown)], place)


def predictions(shown: BlindPlace) -> Panel:
    """Return what each position of the target predicts, by way of masking."""
    vocab = models.catalogue()[shown.spec.model].target_vocab
    runs_of = {"was": shown.found.open_logits} | {LOOKS[way]: logits for way, logits in shown.found.logits.items()}
    texts: list[list[str]] = []
    values = torch.full((len(shown.positions), len(runs_of)), torch.nan)
    for position in range(len(shown.positions)):
        texts.append([])
        for number, logits in enumerate(runs_of.values()):
            if bool(logits[position].isnan().any()):
                texts[-1].append("NaN")
                continue
            share, token = logits[position].softmax(-1).max(-1)
            values[position, number] = share
            texts[-1].append(f"{name_in(vocab, int(token))} · {float(share):.0%}")
    mark = None if shown.view.attention == "encoder" else shown.row
    return Panel(
        id="outputs", title=t("masks.panel_outputs"), help=t("masks.explain_outputs"), values=values,
        rows=shown.positions, columns=tuple(t(f"masks.panel_{name}") for name in runs_of), texts=texts,
        scale="sequential", top=1.0, name=t("masks.outputs_name"), mark=mark, clickable=mark is not None,
        hint=t("masks.hint_row"),
    )  # fmt: skip


def blind_summary(shown: BlindPlace) -> str:
    """Say what becomes of the target in each way."""
    ways = shown.found.logits
    if len(ways) == 1:
        return t("masks.nothing_no_softmax", normalizer=models.catalogue()[shown.spec.model].config.normalizer)
    lost = int(ways["minus infinity"][: len(shown.positions)].isnan().any(-1).sum())
    keys = len(shown.found.scores)
    forbidden = int((shown.rows.cells[shown.row] != 0).sum())
    return t(
        "masks.nothing_summary", lost=lost, count=len(shown.positions), share=f"{1 / keys:.3f}", keys=keys,
        forbidden=forbidden,
    )  # fmt: skip


def choose_row(current: AppState, cell: Cell) -> None:
    """Block the row of the position that was clicked, or look at the row of the weights that was clicked."""
    if cell.row is None:
        return
    current.look(**({"row": cell.row} if current.view.attention == "encoder" else {"step": cell.row + 1}))
