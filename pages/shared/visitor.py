"""Who is there: a random name that the browser keeps, so that a visitor finds their own runs after a reload."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from pages.shared import models
from pages.shared.components import ASSETS, joined
from pages.shared.links import names_own_model
from pages.shared.state import AppState
from pages.shared.told import mount
from pages.shared.training_lab.kept import runs_of, stay

LAB = "training_lab"
BEAT_SECONDS = 30.0


@cache
def _visitor_view() -> Callable[..., Any]:
    return st.components.v2.component(
        "visitor_view", html="", js=joined(ASSETS / "visitor", ("visitor",)), isolate_styles=False
    )


def meet(current: AppState, needed: bool) -> None:
    """Learn the visitor's name: at once where it is `needed`, else only if the browser has one already.

    As long as something is trained for them, it is told now and then that they are still there, whatever page they
    look at. The page is drawn anew if what was learnt matters to it.
    """
    known = current.visitor
    live = any(run.live for run in runs_of(known))

    def take(sent: Any) -> None:
        if isinstance(sent, str) and models.TOKEN.fullmatch(sent):
            current.visitor = sent

    @st.fragment(run_every=BEAT_SECONDS if live else None)
    def listen() -> None:
        mount(_visitor_view(), "visitor-view", {"create": needed, "known": bool(current.visitor)}, {"token": take})
        if current.visitor != known and (needed or runs_of(current.visitor)):
            st.rerun()
        stay(current.visitor)

    listen()


def is_needed(page: str, asked: dict[str, str]) -> bool:
    """Tell whether a page cannot be drawn before the visitor is known."""
    return page == LAB or names_own_model(asked)
