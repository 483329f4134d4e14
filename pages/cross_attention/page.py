"""Cross-attention: queries of the decoder, keys and values of the encoder; what wires them, and what they explain."""

import streamlit as st

from pages.cross_attention.alignment import alignment_board, alignment_view
from pages.cross_attention.choices import CrossChoices, only_cross
from pages.cross_attention.controls import show_control
from pages.cross_attention.explanation import explanation_board, explanation_view
from pages.cross_attention.sections import cross_sections
from pages.cross_attention.step import step_board, step_view
from pages.cross_attention.wirings import wirings_view
from pages.shared import frame
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.runs import SWITCHES

VIEWS = {
    "step": step_view,
    "wirings": wirings_view,
    "alignment": alignment_view,
    "explanation": explanation_view,
}
BOARDS = {"step": step_board, "alignment": alignment_board, "explanation": explanation_board}
PRESSES = "cross_back", "cross_next", "cross_step", "cross_scope", "layer", "head", *SWITCHES

current, look_place, run_place = frame.begin("cross_attention", CrossChoices)
only_cross(current)
frame.source_bar(current)


@st.fragment
def cross() -> None:
    """Show the chosen view of the run, and below it what belongs to that view."""
    above = st.container()
    said = frame.run_to_show(current)
    VIEWS[current.chosen(CrossChoices).show](current)
    with above:
        frame.problems(current.problems + said)
        show_control(current)
    cross_sections(current)
    with look_place:
        frame.look_controls(current)
    with run_place:
        frame.run_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the boards that are one press away."""
    board = BOARDS.get(current.chosen(CrossChoices).show)
    ahead_view(lambda: board and board(current), PRESSES, current)


cross()
ahead()
