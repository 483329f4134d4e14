"""The first text of a page: title and claim. Imports nothing heavy, so that a cold start shows it at once."""

import sys
import time

import streamlit as st

from core.paths import ASSETS
from pages.shared.text import t

HEADER_SECONDS = 0.3


def header(page: str) -> None:
    """Draw a page's title and its claim; a page is named as in its address, which is its file's name."""
    st.html(ASSETS / "frame.css")
    st.markdown(f"### {t(f'{page}.title')} :gray[· {t(f'{page}.claim')}]")


def flush_header() -> None:
    """On a cold start, give the browser a moment to fetch what shows the header.

    What comes next imports torch, which holds the interpreter, and so the server, for a second.
    """
    if "torch" not in sys.modules:
        time.sleep(HEADER_SECONDS)
