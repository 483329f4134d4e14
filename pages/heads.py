"""Heads: side by side with their numbers, who agrees with whom, and what silencing some of them costs."""

import streamlit as st

from pages.shared import frame, models
from pages.shared.guard import via_app
from pages.shared.heads.choices import HeadsChoices, problems
from pages.shared.heads.controls import heads_controls
from pages.shared.heads.effect import effect_of
from pages.shared.heads.found import found_in
from pages.shared.heads.sections import heads_sections
from pages.shared.heads.wall import head_wall

via_app()
current, look_place, run_place = frame.begin("heads", HeadsChoices)
frame.source_bar(current)


@st.fragment
def heads() -> None:
    """Show the heads of the chosen attention, and what silencing does."""
    said = frame.run_to_show(current)
    config = models.catalogue()[current.shown.model].config
    choices, view = current.chosen(HeadsChoices), current.view.within(config)
    frame.problems(current.problems + said + problems(choices, config))
    found, silenced = found_in(current.shown, view.attention), choices.silenced_in(config)
    heads_controls(current, found)
    head_wall(current, found, effect_of(current.shown, silenced))
    heads_sections(current, found, view, silenced)
    with look_place:
        frame.look_controls(current)
    with run_place:
        frame.run_controls(current)
    frame.finish(current)


heads()
