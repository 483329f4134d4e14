"""Guided attention: a loss that asks cross-attention to keep to the diagonal; how soon it forms, and what it costs."""

import streamlit as st

from pages.guided_attention.choices import SHOWS, GuidedChoices, only_cross, reads_source
from pages.guided_attention.live import live_view
from pages.guided_attention.penalty import penalty_board, penalty_view
from pages.guided_attention.sections import guided_sections
from pages.guided_attention.siblings import siblings_view
from pages.guided_attention.training import training_view
from pages.shared import frame
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.runs import SWITCHES
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

current, look_place, run_place = frame.begin("guided_attention", GuidedChoices)
only_cross(current)
controlled(
    st.segmented_control, "guided_show", current.chosen(GuidedChoices).show,
    lambda show: current.choose(GuidedChoices, show=show), options=SHOWS, required=True,
    format_func=lambda show: t(f"guided.show_{show}"), label_visibility="collapsed",
)  # fmt: skip
reads = reads_source(current)
if reads:
    frame.source_bar(current)


@st.fragment
def guided() -> None:
    """Show the chosen view; what was measured, and what is trained here, reads no source."""
    show, found = current.chosen(GuidedChoices).show, None
    said = frame.run_to_show(current)
    frame.problems(current.problems + (said if reads else []))
    if show == "penalty":
        found = penalty_view(current)
    elif show == "siblings":
        found = siblings_view(current)
    elif show == "training":
        training_view(current)
    else:
        live_view(current)
    guided_sections(current, found)
    if reads:
        with look_place:
            frame.look_controls(current)
        with run_place:
            frame.run_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the boards that are one press away."""
    penalty = current.chosen(GuidedChoices).show == "penalty"
    ahead_view(lambda: penalty_board(current) if penalty else None, ("guide_kind", "layer", "head", *SWITCHES), current)


guided()
ahead()
