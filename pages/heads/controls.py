"""The controls of the Heads page."""

import streamlit as st

from pages.heads.choices import ACROSS, SORTS, HeadsChoices
from pages.heads.found import Found
from pages.shared.state import ATTENTIONS, AppState
from pages.shared.text import t
from pages.shared.widgets.controls import controlled


def heads_controls(current: AppState, found: Found) -> None:
    """Draw which attention is looked at, in which layers, and by what its heads are sorted."""
    choices = current.chosen(HeadsChoices)
    known = {"model", "divergence", *found.numbers}
    sorts = [sort for sort in SORTS if sort in known]
    with st.container(horizontal=True, key="heads-controls"):
        controlled(
            st.segmented_control, "attention", current.view.attention, lambda name: current.look(attention=name),
            options=ATTENTIONS, required=True, format_func=lambda name: t(f"view.name_{name}"),
        )  # fmt: skip
        controlled(
            st.segmented_control, "across", choices.across,
            lambda across: current.choose(HeadsChoices, across=across), options=ACROSS, required=True,
            format_func=lambda across: t(f"heads.across_{across}"),
        )  # fmt: skip
        controlled(
            st.selectbox, "sort_heads", choices.sort if choices.sort in sorts else "model",
            lambda sort: current.choose(HeadsChoices, sort=sort), options=sorts,
            format_func=lambda sort: t(f"heads.sort_{sort}"), width=230,
        )  # fmt: skip
