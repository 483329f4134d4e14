"""The controls of the Heads page."""

import streamlit as st

from pages.heads.choices import HeadsChoices
from pages.heads.report import HeadReport
from pages.shared.state import ATTENTIONS, AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice, controlled


def heads_controls(current: AppState, found: HeadReport) -> None:
    """Draw which attention is looked at, in which layers, and by what its heads are sorted."""
    known = {"model", "divergence", *found.numbers}
    sorts = [sort for sort in HeadsChoices.param("sort").options if sort in known]
    with st.container(horizontal=True, key="heads-controls"):
        controlled(
            st.segmented_control, "attention", current.view.attention, lambda name: current.look(attention=name),
            options=ATTENTIONS, required=True, format_func=lambda name: t(f"view.name_{name}"), prefetch=False,
        )  # fmt: skip
        choice(current, HeadsChoices, "across", prefetch=False)
        choice(current, HeadsChoices, "sort", options=sorts, width=230)
