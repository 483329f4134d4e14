"""Keep Streamlit from running a page without app.py."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

CAME = "came-via-app"


def coming_via_app() -> None:
    """Note that this visitor's pages are run by app.py, which calls this before it runs one."""
    st.session_state[CAME] = True


def via_app() -> None:
    """Go through app.py even if this page's address was among the first requests after the server started.

    Streamlit 1.67 then falls back to its old discovery of `pages/`, which never runs app.py. What the process has
    settled on by now does not tell how this visitor's run began: of several who come at once, all begin the old way.
    """
    if PagesManager.uses_pages_directory or CAME not in st.session_state:
        PagesManager.uses_pages_directory = False
        st.rerun()
