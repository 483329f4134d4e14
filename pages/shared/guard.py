"""Keep Streamlit from running a page without app.py."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def via_app() -> None:
    """Go through app.py even if this page's address was the first request after the server started.

    Streamlit 1.67 then falls back to its old discovery of `pages/`, which never runs app.py.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
