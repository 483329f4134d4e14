"""Presses on an option that the browser shows as chosen, while the server has been asked for another one already.

Of "example 2", then at once "example 1", which still looks chosen, Streamlit 1.67 sends the first press alone.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from pages.shared.browser.callbacks import mount
from pages.shared.browser.components import ASSETS, joined
from pages.shared.state import AppState
from pages.shared.widgets.controls import choose_again


@cache
def _repeats_view() -> Callable[..., Any]:
    return st.components.v2.component(
        "repeats_view", html="", js=joined(ASSETS / "repeats", ("repeats",)), isolate_styles=False
    )


@st.fragment
def hear_repeats(current: AppState) -> None:
    """Mount what tells of such presses; the page is drawn anew after one that changed something."""

    def take(sent: dict[str, Any]) -> None:
        if choose_again(current, str(sent.get("key")), sent.get("place")):
            st.rerun()

    mount(_repeats_view(), "repeats-view", {}, {"press": take})
