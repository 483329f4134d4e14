"""Callbacks: a visitor’s press is taken, and shown, whatever else the browser tells in the same instant."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from core.screen.scripts import join_view
from core.screen.texts import language
from pages.shared.internals import fragment_id, fragments_of_run
from pages.shared.state import state


def rerun_own_fragment(act: Callable[[], None]) -> Callable[[], None]:
    """Return the callback of what is drawn here, after which this part of the page is drawn anew.

    Streamlit 1.67 puts all that a browser tells in one instant into one message, and runs a single fragment for it:
    what was pressed elsewhere would be taken, but not shown. All of the page is drawn anew too if parts of it that are
    outside of the fragment, such as the sidebar, show what is no longer so.
    """
    home = fragment_id()

    def call() -> None:
        act()
        running = fragments_of_run()
        if running and (home not in running or state().is_outdated):
            st.rerun()

    return call


@cache
def component(view: str) -> Callable[..., Any]:
    """Return what mounts a view, whose script makes all of its elements."""
    script, sheet = join_view(view)
    return st.components.v2.component(f"{view}_view", html="", css=sheet or None, js=script, isolate_styles=False)


def mount(view: str, key: str, data: dict[str, Any], events: Mapping[str, Callable[[Any], None]]) -> Any:
    """Mount a view with what each of its events does, which is handed what the browser tells with it.

    In another language the view is made anew: what it keeps of its texts may be in the one before.
    """

    def callback(event: str, act: Callable[[Any], None]) -> Callable[[], None]:
        def take() -> None:
            # Streamlit 1.67 calls back for what came just before another page was asked for, but forgot the component.
            sent = (st.session_state.get(key) or {}).get(event)
            if sent is not None:
                act(sent)

        return rerun_own_fragment(take)

    callbacks = {f"on_{event}_change": callback(event, act) for event, act in events.items()}
    data = data | {"language": language(), "mounted": {"view": view, "key": key}}
    return component(view)(key=key, data=data, **callbacks)
