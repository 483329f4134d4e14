"""Heads: side by side with their numbers, who agrees with whom, and what silencing some of them costs."""

import streamlit as st

from pages.heads.choices import HeadsChoices, problems
from pages.heads.controls import heads_controls
from pages.heads.report import report_of
from pages.heads.sections import heads_sections
from pages.heads.wall import head_wall, wall_payload
from pages.shared.page import Page
from pages.shared.state import AppState


def heads(current: AppState) -> list[str]:
    """Show the heads of the chosen attention, and what silencing does."""
    config, choices = current.shown.config, current.chosen(HeadsChoices)
    view = current.view.within(config)
    found, silenced = report_of(current.shown, view.attention), choices.silenced_in(config)
    above = st.container()
    head_wall(current, found)  # first, since it is what the visitor waits for
    with above:
        heads_controls(current, found)
    heads_sections(current, found, view, silenced)
    page.layer_and_head()
    return problems(choices, config)


page = Page("heads", HeadsChoices)
page.source_bar()
page.draw(heads, prefetch=wall_payload)
