"""Self-attention by hand: a few tokens, every number in sight and editable; then matrices, two layers, the model."""

import streamlit as st

from core.analysis.attention.by_hand import reach, self_attention, stacked
from pages.by_hand.boards import model_board, toy_board
from pages.by_hand.choices import HandChoices, computed, problems, take_edits
from pages.by_hand.controls import method_controls, model_controls, number_controls, show_control
from pages.by_hand.lines import toy_walk
from pages.by_hand.sections import hand_sections
from pages.shared import frame
from pages.shared.board.events import Cell
from pages.shared.browser.components import board_view
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.runs import SWITCHES
from pages.shared.walk.model import model_walk

current = frame.enter("by_hand", HandChoices)
of_model = current.chosen(HandChoices).show == "model"
if of_model:
    look_place, run_place = frame.shared_controls(current)
else:
    numbers_place = st.sidebar.container()
    frame.link_control()
show_control(current)


def choose_row(cell: Cell) -> None:
    """Follow the query whose row was clicked."""
    current.choose(HandChoices, query=cell.row + 1)


@st.fragment
def by_hand() -> None:
    """Show the numbers that were chosen, and all that follows from them."""
    above = st.container()
    choices = current.chosen(HandChoices)
    walk = toy_walk(choices, computed(choices))
    # The board first, since it is what the visitor waits for.
    board_view(
        toy_board(choices), current, key="by-hand", foretold=True, on_click=choose_row,
        on_edit=lambda edits: take_edits(current, edits),
    )  # fmt: skip
    with above:
        method_controls(current)
        frame.problems(current.problems + problems(choices))
    ran = (stacked, reach, self_attention) if choices.show == "layers" else (self_attention,)
    hand_sections(current, walk, choices.row, ran)
    with numbers_place:
        number_controls(current)
    frame.finish(current)


@st.fragment
def by_model() -> None:
    """Show the same walk in a head of the loaded model."""
    said = frame.run_to_show(current)
    frame.problems(current.problems + said)
    walked = model_walk(current.shown, current.view)
    model_controls(current, walked)
    look = {"encoder": lambda row: {"row": row}}.get(current.view.attention, lambda row: {"step": row + 1})
    board_view(
        model_board(current.shown, current.view), current, key="by-model", foretold=True,
        on_click=lambda cell: current.look(**look(cell.row)),
    )  # fmt: skip
    hand_sections(current, walked.walk, walked.row, ())
    with look_place:
        frame.look_controls(current)
    with run_place:
        frame.run_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the boards that are one press away."""
    if of_model:
        names = "attention", "layer", "head", *SWITCHES
        ahead_view(lambda: model_board(current.shown, current.view), names, current)
    else:
        ahead_view(lambda: toy_board(current.chosen(HandChoices)), ("show", "score", "normalizer", "query"), current)


if of_model:
    frame.source_bar(current)
    by_model()
else:
    by_hand()
ahead()
