"""Who is there: a random name that the browser keeps, so that a visitor finds their own runs after a reload."""

from contextlib import suppress
from typing import Any

import streamlit as st

from core.lab import RunFolder
from core.lab.status import LIVE, BrokenRun
from core.run import models
from pages.shared.browser.callbacks import mount
from pages.shared.state import AppState
from pages.shared.url.links import names_own_model

LAB = "training_lab"
BEAT_SECONDS = 30.0


def identify_visitor(current: AppState, needed: bool) -> None:
    """Learn the visitor's name: at once where it is `needed`, else only if the browser has one already.

    As long as something is trained for them, it is told now and then that they are still there, whatever page they
    look at. The page is drawn anew if what was learnt matters to it.
    """
    known = current.visitor
    live = bool(runs_under_way(known))

    def take(sent: Any) -> None:
        if isinstance(sent, str) and models.TOKEN.fullmatch(sent):
            current.visitor = sent

    @st.fragment(run_every=BEAT_SECONDS if live else None)
    def listen() -> None:
        mount("visitor", "visitor-view", {"create": needed, "known": bool(current.visitor)}, {"token": take})
        if current.visitor != known and (needed or models.runs_of(current.visitor)):
            st.rerun()
        for run in runs_under_way(current.visitor):
            with suppress(OSError):
                run.beat()

    listen()


def is_visitor_needed(page: str, asked: dict[str, str]) -> bool:
    """Tell whether a page cannot be drawn before the visitor is known."""
    return page == LAB or names_own_model(asked)


def runs_under_way(visitor: str) -> list[RunFolder]:
    """Return the visitor's runs that are trained, or will be, by what their folders say."""
    return [run for run in models.runs_of(visitor) if phase_of(run) in LIVE]


def phase_of(run: RunFolder) -> str:
    """Return the phase that a run's folder names; empty if it names none."""
    try:
        return run.status().phase
    except BrokenRun:
        return ""
