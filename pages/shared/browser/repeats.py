"""Presses on an option that the browser shows as chosen, while the server has been asked for another one already.

Of "example 2", then at once "example 1", which still looks chosen, Streamlit 1.67 sends the first press alone.
"""

from typing import Any

import streamlit as st

from pages.shared.browser.callbacks import mount
from pages.shared.state import AppState
from pages.shared.widgets.controls import choose_again


@st.fragment
def hear_repeats(current: AppState) -> None:
    """Mount what tells of such presses; the page is drawn anew after one that changed something."""

    def take(sent: dict[str, Any]) -> None:
        if choose_again(current, str(sent.get("key")), sent.get("place"), sent.get("before") or {}):
            st.rerun()

    mount("repeats", "repeats-view", {}, {"press": take})
