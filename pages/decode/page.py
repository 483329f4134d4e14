"""Decode: a source is read, a target is written token by token, and every head is seen at it."""

import streamlit as st

from pages.decode.branches import branches
from pages.decode.choices import DecodeChoices
from pages.decode.sections import decode_sections
from pages.shared import frame
from pages.shared.browser.components import decode_view, follow_view
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.payload import run_id, run_payload
from pages.shared.run.runs import SWITCHES

current, look_place, run_place = frame.begin("decode", DecodeChoices)
frame.source_bar(current)


@st.fragment
def run() -> None:
    """Run what was asked for and show it, the view first, since it is what the visitor is waiting for."""
    above = st.container()
    said = frame.run_to_show(current)
    pinned = None if current.pinned is None else run_payload(current.pinned)
    decode_view(run_payload(current.shown), pinned, current)
    branches(current)
    with run_place:
        frame.run_controls(current)
    with above:
        frame.problems(current.problems + said)
    look()


@st.fragment
def look() -> None:
    """Follow what the visitor looks at: choices in the sidebar, and what can be read below the view."""
    follow_view(run_id(current.shown), current)
    decode_sections(current)
    with look_place:
        frame.look_controls(current)
    frame.finish(current)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, what each switch would show, so that it is there when it is asked for."""
    ahead_view(lambda: run_payload(current.shown), SWITCHES, current)


run()
ahead()
