"""Position: what tells an encoder where a token stands, and what becomes of it without, shuffled or shifted."""

import streamlit as st

from pages.position.beyond import beyond_view
from pages.position.choices import SHOWS, PositionChoices
from pages.position.compared import models_view
from pages.position.encoding import encoding_view
from pages.position.sections import position_sections
from pages.position.shuffle import shuffle_board, shuffle_view
from pages.shared import frame
from pages.shared.board.board import Board
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.runs import SWITCHES
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

current = frame.enter("position", PositionChoices)
look_place, run_place = frame.shared_controls(current)
controlled(
    st.segmented_control, "position_show", current.chosen(PositionChoices).show,
    lambda show: current.choose(PositionChoices, show=show), options=SHOWS, required=True,
    format_func=lambda show: t(f"position.show_{show}"), label_visibility="collapsed",
)  # fmt: skip
frame.source_bar(current)


@st.fragment
def position() -> None:
    """Show the chosen view; the encoding itself is no run, so it has no switches."""
    show, moved = current.chosen(PositionChoices).show, []
    said = frame.run_to_show(current)
    spec = current.shown
    frame.problems(current.problems + said)
    if show == "encoding":
        encoding_view(current, spec)
    elif show == "shuffle":
        moved = shuffle_view(current, spec)
    elif show == "models":
        models_view(spec)
    else:
        beyond_view(current, spec)
    position_sections(current, spec, moved)
    if show != "encoding":
        with run_place:
            frame.run_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the orders that are one press away."""

    def shuffled() -> Board | None:
        choices = current.chosen(PositionChoices)
        return shuffle_board(current.shown, choices) if choices.show == "shuffle" else None

    ahead_view(shuffled, ("another_order", "own_order", *SWITCHES), current)


position()
ahead()
