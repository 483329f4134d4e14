"""The controls of the Heads page."""

import streamlit as st

from pages.heads.choices import HeadsChoices
from pages.heads.report import HeadReport
from pages.shared.frame import attention_control
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice


def heads_controls(current: AppState, found: HeadReport) -> None:
    """Draw which attention is looked at, in which layers, and by what its heads are sorted."""
    known = {"model", "divergence", *found.numbers}
    sorts = [sort for sort in HeadsChoices.param("sort").options if sort in known]
    with st.container(horizontal=True, key="heads-controls"):
        attention_control(current, prefetch=False)
        choice(current, HeadsChoices, "across", prefetch=False)
        choice(current, HeadsChoices, "sort", options=sorts, width=230)
