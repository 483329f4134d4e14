"""Guided attention: a loss that asks cross-attention to keep to the diagonal; how soon it forms, and what it costs."""

from pages.guided_attention.choices import GuidedChoices, reads_source
from pages.guided_attention.live import live_view
from pages.guided_attention.penalty import penalty_view
from pages.guided_attention.sections import guided_sections
from pages.guided_attention.siblings import siblings_view
from pages.guided_attention.training import training_view
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice


def guided(current: AppState) -> None:
    """Show the chosen view."""
    show, found = current.chosen(GuidedChoices).show, None
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
        page.layer_and_head()


page = Page("guided_attention", GuidedChoices, attention="cross")
choice(page.current, GuidedChoices, "show", label_visibility="collapsed")
reads = reads_source(page.current)  # not what was measured, nor what is trained here
if reads:
    page.source_bar()
page.draw(guided)
