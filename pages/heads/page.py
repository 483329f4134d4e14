"""Heads: side by side with their numbers, who agrees with whom, and what silencing some of them costs."""

import streamlit as st

from pages.heads.choices import HeadsChoices, problems
from pages.heads.controls import heads_controls
from pages.heads.found import found_in
from pages.heads.sections import heads_sections
from pages.heads.wall import head_wall, wall_payload
from pages.shared import frame
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run import models
from pages.shared.run.runs import SWITCHES

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
    above = st.container()
    head_wall(current, found)  # first, since it is what the visitor waits for
    with above:
        heads_controls(current, found)
    heads_sections(current, found, view, silenced)
    with look_place:
        frame.look_controls(current)
    with run_place:
        frame.run_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, what silencing a head in sight will do."""
    ahead_view(lambda: wall_payload(current), ("silence", *SWITCHES), current)


heads()
ahead()
