"""The symptom on screen: its numbers, its outputs, its attention weights; without the mistake beside, once found."""

import streamlit as st
import torch
from torch import Tensor

from core.analysis.bugs.symptom import Symptom, Weights
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run.tokens import visible
from core.trace import Cell
from pages.bugs.measured import written
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_code, t, table

CELL = 19


def symptom_view(found: Symptom, current: AppState, bug: str, is_found: bool) -> None:
    """Draw what the mistake does, and once it is found what the same model does without it."""
    heads = [t("bugs.with"), *([t("bugs.without")] if is_found else [])]
    with st.container(key="dense-table"):
        st.markdown(table([t("bugs.measured"), *heads], measures(found, is_found)))
        labels = [t(f"bugs.label_{name}") for name in found.labels]
        st.markdown(
            left_table(
                [*labels, *(t(f"bugs.shown_{found.shown}", which=head) for head in heads)], outputs(found, is_found)
            )
        )
    if found.weights is not None:
        board_view(weights_board(found.weights, is_found), current, key=f"bugs-weights-{bug}")


def measures(found: Symptom, is_found: bool) -> list[list[str]]:
    """Return the rows of the table of numbers."""
    return [
        [t(f"bugs.measure_{each.name}"), written(each, each.wrong), *([written(each, each.right)] if is_found else [])]
        for each in found.measures
    ]


def outputs(found: Symptom, is_found: bool) -> list[list[str]]:
    """Return the rows of the table of examples; an output of nothing is said to be empty."""
    count = len(found.labels) + 1 + is_found
    return [[as_code(text) if text else t("bugs.empty") for text in row[:count]] for row in found.rows]


def weights_board(weights: Weights, is_found: bool) -> Board:
    """Return the attention weights with the mistake and, once it is found, without it."""
    shown = [("wrong", weights.wrong, weights.hidden_wrong)]
    if is_found:
        shown.append(("right", weights.right, weights.hidden_right))
    return Board([Line([panel(weights, *each) for each in shown], t("bugs.weights_line"))])


def panel(weights: Weights, name: str, values: Tensor, hidden: Tensor | None) -> Panel:
    """Return one matrix of weights; what its mask hides is hatched."""
    masked = None if hidden is None else torch.where(hidden, int(Cell.PADDING), int(Cell.OPEN)).to(torch.uint8)
    return Panel(
        id=name, title=t(f"bugs.panel_{name}"), help=t("bugs.explain_weights"), values=values,
        rows=[visible(token) for token in weights.queries], columns=[visible(token) for token in weights.keys],
        column_heads=[visible(token) if len(token) == 1 else "·" for token in weights.keys], mask=masked,
        scale="sequential", top=1.25, name=t("bugs.weight_name"), numbers=False, cell=CELL,
    )  # fmt: skip


def left_table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table of words."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
