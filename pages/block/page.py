"""Block: the residual stream through a layer, its norms step by step, the model without a part, and what parts cost."""

import streamlit as st

from pages.block.choices import BlockChoices
from pages.block.sections import block_sections
from pages.block.views import VIEWS
from pages.shared.page import Page
from pages.shared.state import AppState, state
from pages.shared.widgets.controls import choice


def block(current: AppState) -> None:
    """Show the chosen view of the run, and below it the formula, the code, the evidence or the question."""
    above = st.container()
    VIEWS[current.chosen(BlockChoices).aspect](current)  # first, since it is what the visitor waits for
    with above:
        choice(current, BlockChoices, "aspect", label_visibility="collapsed")
    block_sections(current)


# Whoever comes with nothing chosen sees the encoder's block, which has one attention; cross-attention is looked at by
# default, and says nothing of the side.
is_plain_arrival = state().page != "block" and not st.query_params
page = Page("block", BlockChoices)
if is_plain_arrival and page.current.view.attention == "cross":
    page.current.look(attention="encoder")
page.source_bar()
page.draw(block)
