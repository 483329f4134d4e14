"""Block: the residual stream through a layer, its norms step by step, the model without a part, and what parts cost."""

import streamlit as st

from pages.block.choices import BlockChoices
from pages.block.sections import block_sections
from pages.block.views import VIEWS
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice


def block(current: AppState) -> None:
    """Show the chosen view of the run, and below it the formula, the code, the evidence or the question."""
    above = st.container()
    VIEWS[current.chosen(BlockChoices).aspect](current)  # first, since it is what the visitor waits for
    with above:
        choice(current, BlockChoices, "aspect", label_visibility="collapsed")
    block_sections(current)


page = Page("block", BlockChoices)
page.source_bar()
page.draw(block)
