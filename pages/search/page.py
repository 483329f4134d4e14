"""Search: greedy decoding, sampling and beam search on one screen, the beam as a tree that grows step by step."""

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.search.choices import SearchChoices
from pages.search.controls import found_control, show_control, width_control
from pages.search.payload import tree_payload
from pages.search.results import results
from pages.search.sampling import sampling
from pages.search.searches import plain, search
from pages.search.sections import search_sections
from pages.search.tree import tree_follow, tree_view
from pages.shared import frame
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run import models
from pages.shared.run.runs import SWITCHES
from pages.shared.text import t

current, look_place, run_place = frame.begin("search", SearchChoices)
left, found_place, show_place, width_place = st.columns([5, 3, 3, 2], gap="medium")
with left:
    frame.source_bar(current)
with found_place:
    found_control(current)
with show_place:
    show_control(current)


@st.fragment
def searches() -> None:
    """Search as was asked for and show it: the outputs and the samples above, the beam's tree below them."""
    above = st.container()
    said = frame.run_to_show(current)
    if current.spec.forced or current.spec.teacher:
        said.append(t("search.free"))
    with width_place:
        width_control(current)
    choices = current.chosen(SearchChoices)
    if choices.show != "beam":
        of_outputs, of_samples = st.columns(2, gap="medium")
        with of_outputs:
            results(current.shown, choices)
        with of_samples:
            samples()
    if choices.show != "draws":
        tree()
    with look_place:
        frame.look_controls(current)
    with run_place:
        frame.run_controls(current)
    with above:
        frame.problems(current.problems + said)
    look()


@st.fragment
def samples() -> None:
    """Draw as many samples as were asked for."""
    sampling(current.shown, current)
    frame.finish(current)


def tree() -> None:
    """Show the beam, and go on from a hypothesis on the Decode page if asked to."""
    spec, choices = current.shown, current.chosen(SearchChoices)
    found = search(plain(spec), choices.beam, choices.penalty)
    if tree_view(shown_payload(), found, current):
        st.switch_page("pages/decode/page.py")


def shown_payload() -> dict[str, Any]:
    """Return the tree as it is sent: its weights are of cross-attention, whatever is looked at on other pages."""
    choices = current.chosen(SearchChoices)
    view = replace(current.view, attention="cross").within(current.shown.config)
    return tree_payload(current.shown, choices.beam, choices.penalty, view.layer, view.head)


@st.fragment
def look() -> None:
    """Follow what is looked at in the tree, and show what can be read below it."""
    if current.chosen(SearchChoices).show != "draws":
        tree_follow(current)
    search_sections(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the tree that each switch would show, so that it is there when it is asked for."""
    ahead_view(shown_payload, SWITCHES, current)


if models.catalogue()[current.spec.model].config.autoregressive:
    searches()
    ahead()
else:
    frame.problems([*current.problems, t("search.parallel", model=models.catalogue()[current.spec.model].title)])
    frame.finish(current)
