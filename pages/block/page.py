"""Block: the residual stream through a layer, its norms step by step, the model without a part, and what parts cost."""

import streamlit as st

from core.figures.boards import Board
from pages.block.choices import BlockChoices
from pages.block.controls import aspect_control
from pages.block.sections import block_sections
from pages.block.views import BOARDS, VIEWS
from pages.shared.page import Page
from pages.shared.state import AppState


def block(current: AppState) -> None:
    """Show the chosen view of the run, and below it the formula, the code, the evidence or the question."""
    above = st.container()
    VIEWS[current.chosen(BlockChoices).aspect](current)  # first, since it is what the visitor waits for
    with above:
        aspect_control(current)
    block_sections(current)


def board(current: AppState) -> Board | None:
    """Return the board of the chosen view."""
    made = BOARDS.get(current.chosen(BlockChoices).aspect)
    return made and made(current)


page = Page("block", BlockChoices)
page.source_bar()
page.draw(
    block, prefetch=board, of_board=True,
    presses=("block_side", "block_layer", "block_token", "norm_part", "batch_next"),
    layer_and_head=False,
)  # fmt: skip
