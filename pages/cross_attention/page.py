"""Cross-attention: queries of the decoder, keys and values of the encoder; what wires them, and what they explain."""

import streamlit as st

from pages.cross_attention.alignment import alignment_view
from pages.cross_attention.choices import CrossChoices
from pages.cross_attention.explanation import explanation_view
from pages.cross_attention.languages import languages_view
from pages.cross_attention.sections import cross_sections
from pages.cross_attention.step import step_view
from pages.cross_attention.wirings import wirings_view
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.translation import is_asked
from pages.shared.widgets.controls import choice

VIEWS = {
    "step": step_view,
    "wirings": wirings_view,
    "alignment": alignment_view,
    "languages": languages_view,
    "explanation": explanation_view,
}


def offered_views(current: AppState) -> tuple[str, ...]:
    """Return the views that this model has, and the one that a link asked for."""
    shown = current.chosen(CrossChoices).show
    return tuple(name for name in VIEWS if name != "languages" or is_asked(current.shown) or shown == name)


def cross(current: AppState) -> None:
    """Show the chosen view of the run, and below it what belongs to that view."""
    above = st.container()
    VIEWS[current.chosen(CrossChoices).show](current)  # first, since it is what the visitor waits for
    with above:
        choice(current, CrossChoices, "show", options=offered_views(current), label_visibility="collapsed")
    cross_sections(current)
    page.layer_and_head()


page = Page("cross_attention", CrossChoices, attention="cross")
page.source_bar()
page.draw(cross)
