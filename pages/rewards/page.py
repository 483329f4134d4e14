"""Rewards: a score of the whole output has no gradient; drawn outputs, weighed by how well they did, have one."""

import streamlit as st

from pages.rewards.choices import (
    READ_THE_SOURCE,
    SHOWS,
    RewardChoices,
    begin_where_there_is_something_to_learn,
)
from pages.rewards.drawn import asked_of, said_of
from pages.rewards.evidence import training_view
from pages.rewards.flat import flat_view
from pages.rewards.live import live_view
from pages.rewards.samples import samples_view
from pages.rewards.sections import reward_sections
from pages.rewards.step import step_view
from pages.shared import frame
from pages.shared.state import state
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

VIEWS = {"samples": samples_view, "step": step_view, "flat": flat_view}

frame.stop_without_models()
begin_where_there_is_something_to_learn(state())
current, _, _ = frame.begin("rewards", RewardChoices)
controlled(
    st.segmented_control, "rewards_show", current.chosen(RewardChoices).show,
    lambda show: current.choose(RewardChoices, show=show), options=SHOWS, required=True,
    format_func=lambda show: t(f"rewards.show_{show}"), label_visibility="collapsed",
)  # fmt: skip
reads = current.chosen(RewardChoices).show in READ_THE_SOURCE
if reads:
    frame.source_bar(current)


@st.fragment
def rewards() -> None:
    """Show the chosen view; what was measured, and what is trained here, reads no source."""
    choices = current.chosen(RewardChoices)
    said = frame.run_to_show(current)
    asked = asked_of(current.shown, choices) if reads else None
    if reads:
        said += said_of(current.shown)
    frame.problems(current.problems + (said if reads else []))
    if asked is not None:
        VIEWS[choices.show](current, asked)
    elif choices.show == "training":
        training_view()
    elif choices.show == "live":
        live_view(current)
    reward_sections(current, asked)
    frame.finish(current)


rewards()
