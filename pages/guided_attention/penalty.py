"""The guide on this source: the penalty, the head's weights, and their product cell by cell."""

from typing import Any

import streamlit as st
from torch import Tensor

from core.figures.boards import Board, Line
from core.figures.panels import ALL, COLUMN, ROW, Derivation, Panel, Ref
from pages.guided_attention.alignment import Alignment, alignment_of
from pages.guided_attention.choices import GuidedChoices
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice

MOST_NUMBERS, CELL, NARROWEST, WIDTH = 7, 22, 6, 260
WORTH = Derivation("{$0×$1} = {=}", (Ref("penalty", ROW, COLUMN), Ref("weights", ROW, COLUMN)))


def penalty_view(current: AppState) -> Alignment:
    """Draw the guide's controls, its board and what the loss comes to."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        choice(current, GuidedChoices, "guide")
    with right:
        choice(current, GuidedChoices, "g", disabled=current.chosen(GuidedChoices).guide != "diagonal")
    board_view(
        penalty_board, current, key="guided-penalty", on_click=lambda cell: current.look(step=cell.row + 1)
    )  # fmt: skip
    return alignment_of(current.shown, current.view)


def penalty_board(current: AppState) -> Board:
    """Return the chosen guide's penalty, the head's weights and what they come to."""
    choices, found = current.chosen(GuidedChoices), alignment_of(current.shown, current.view)
    line = diagonal_line(found, choices.g) if choices.guide == "diagonal" else monotonic_line(found)
    return Board([line], penalty_summary(found, choices))


def penalty_summary(found: Alignment, choices: GuidedChoices) -> str:
    """Say what the loss and the share near the diagonal come to."""
    kind, width = choices.guide, choices.g
    words = {
        "loss": f"{found.loss(kind, width):.4f}", "every": f"{found.loss(kind, width, every=True):.4f}",
        "share": f"{found.share():.1%}", "all": f"{found.share(every=True):.1%}", "layer": found.layer + 1,
        "head": found.head + 1,
    }  # fmt: skip
    return t(f"guided.told_{kind}", **words)


def weights_panel(found: Alignment) -> Panel:
    """Show the head's weights."""
    return panel(
        found, "weights", found.weights, title=t("guided.weights", layer=found.layer + 1, head=found.head + 1),
        name=t("guided.weight_name"), help=t("guided.explain_weights"), row_labels=True,
    )  # fmt: skip


def diagonal_line(found: Alignment, width: float) -> Line:
    """Return the board's line for the diagonal: A, W and W · A."""
    penalty = found.penalty(width)
    shown = panel(
        found, "penalty", penalty, title=t("guided.penalty", width=f"{width:g}"), name=t("guided.penalty_name"),
        help=t("guided.explain_penalty"), top=1.0,
    )  # fmt: skip
    worth = panel(
        found, "worth", penalty * found.weights, title=t("guided.worth"), name=t("guided.worth_name"),
        help=t("guided.explain_worth"), made=WORTH,
    )  # fmt: skip
    return Line([weights_panel(found), "×", shown, "=", worth])


def monotonic_line(found: Alignment) -> Line:
    """Return the board's line for left to right: A, the centres of its rows, and how far these go back."""
    places = panel(
        found, "places", place_of(found), title=t("guided.places"),
        name=t("guided.places_name"), help=t("guided.explain_places"), rows=("s/S",),
    )  # fmt: skip
    centres = panel(
        found, "centres", found.centres()[:, None], title=t("guided.centres"), name=t("guided.centres_name"),
        help=t("guided.explain_centres"), columns=("c",), column_labels=False, numbers=True,
        made=Derivation("{$0×$1} = {=}", (Ref("weights", ROW, ALL), Ref("places", 0, ALL))),
    )  # fmt: skip
    back = panel(
        found, "back", found.back()[:, None], title=t("guided.back"), name=t("guided.back_name"),
        help=t("guided.explain_back"), columns=("max(0, −Δc)",), column_labels=False, numbers=True,
    )  # fmt: skip
    return Line([[places, weights_panel(found)], "→", centres, "→", back])


def place_of(found: Alignment) -> Tensor:
    """Return where each token of the source lies, in lengths of the source. Shapes: → [1,S]"""
    columns = found.weights.shape[1]
    return (found.weights.new_ones(1, columns).cumsum(1) - 1) / columns


def panel(found: Alignment, which: str, values: Tensor, **options: Any) -> Panel:
    """Return a matrix of the board over this run's tokens."""
    usual = {
        "rows": found.queries if values.shape[0] == len(found.queries) else (), "columns": found.keys,
        "row_labels": False, "numbers": len(found.keys) <= MOST_NUMBERS, "scale": "sequential", "clickable": True,
        "mark": found.row if values.shape[0] == len(found.queries) else None,
        "cell": min(CELL, max(NARROWEST, WIDTH // len(found.keys))),
        "hint": t("guided.cell_hint"),
    }  # fmt: skip
    return Panel(id=which, values=values, **(usual | options))
