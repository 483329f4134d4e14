"""Block: the residual stream through a layer, its norms step by step, the model without a part, and what parts cost."""

import streamlit as st

from pages.block.choices import BlockChoices
from pages.block.controls import aspect_control
from pages.block.sections import block_sections
from pages.block.views import BOARDS, VIEWS
from pages.shared import frame
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.runs import SWITCHES

PRESSES = "block_side", "block_layer", "block_token", "norm_part", "batch_next", *SWITCHES

current, look_place, run_place = frame.begin("block", BlockChoices)
frame.source_bar(current)


@st.fragment
def block() -> None:
    """Show the chosen view of the run, and below it the formula, the code, the evidence or the question."""
    above = st.container()
    said = frame.run_to_show(current)
    VIEWS[current.chosen(BlockChoices).aspect](current)
    with above:
        aspect_control(current)
        frame.problems(current.problems + said)
    block_sections(current)
    with run_place:
        frame.run_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the boards that are one press away."""
    board = BOARDS.get(current.chosen(BlockChoices).aspect)
    ahead_view(lambda: board and board(current), PRESSES, current)


block()
ahead()
