"""The first text of a page: title and claim. Imports nothing heavy, so that a cold start shows it at once."""

import streamlit as st

from pages.shared.text import t

STYLE = """<style>
.block-container { padding: 2.4rem 2rem 2rem; max-width: none; }
[data-testid="stSidebarHeader"] { height: 2.5rem; }
[data-testid="stSidebarUserContent"] { padding-bottom: 1rem; }
[data-testid="stSidebarContent"] [data-testid="stVerticalBlock"] { gap: 0.5rem; }
[data-testid="stMain"] [data-testid="stVerticalBlock"] { gap: 0.5rem; }
</style>"""


def header(page: str) -> None:
    """Draw a page's title and its claim."""
    st.html(STYLE)
    st.markdown(f"### {t(f'{page}.title')} :gray[· {t(f'{page}.claim')}]")
