"""seq2see: the table of pages, the server that `streamlit run app.py` starts, and what each run of it draws."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages.shared.browser.uploads import bound_uploads
from pages.shared.header import flush_header, header
from pages.shared.internals import StreamlitPage, disable_page_discovery, is_server_starting, keep_deltas, keep_presses
from pages.shared.language import settle_language
from pages.shared.text import t

# Each page is pages/<name>/page.py and has its name for its address; the first is shown where none is named.
PAGES = {
    "start": {"whole_model": "schema", "lessons": "menu_book", "questions": "forum", "bugs": "bug_report"},
    "run": {
        "decode": "play_circle",
        "search": "account_tree",
        "non_autoregressive": "bolt",
        "teacher_forcing": "school",
    },
    "inside": {
        "self_attention": "calculate",
        "heads": "view_column",
        "position": "pin",
        "masks": "grid_off",
        "block": "layers",
        "cross_attention": "compare_arrows",
    },
    "train": {"training_lab": "science", "guided_attention": "south_east", "reinforcement_learning": "paid"},
    "compare": {"evidence": "table_chart"},
}
FIRST = "whole_model"
# Addresses from the time when these pages had other names.
FORMERLY = {"by_hand": "self_attention", "all_at_once": "non_autoregressive", "rewards": "reinforcement_learning"}
# Links to Decode from the time when it was the first page: they have what only Decode shows, and nothing of what all
# links to the first page have now.
FORMERLY_FIRST, ITS_OWN, NOW_ALWAYS = "decode", {"section", "force", "a", "compare", "teacher"}, "mode"


def listed(name: str, icon: str) -> StreamlitPage:
    """Return a page as the menu lists it."""
    address = {"default": True} if name == FIRST else {"url_path": name}
    return st.Page(f"pages/{name}/page.py", title=t(f"menu.{name}"), icon=f":material/{icon}:", **address)


def nothing() -> None:
    """Draw nothing: whoever opens a former address is led on."""


def draw() -> None:
    """Draw the frame and the page that the address names."""
    settle_language()
    st.set_page_config(page_icon="assets/icon.png", layout="wide")
    sections = {t(f"menu.{name}"): [listed(*page) for page in pages.items()] for name, pages in PAGES.items()}
    sections[t("menu.start")] += [st.Page(nothing, url_path=name, visibility="hidden") for name in FORMERLY]
    page = st.navigation(sections, expanded=True)
    if page.url_path in FORMERLY:
        st.switch_page(f"pages/{FORMERLY[page.url_path]}/page.py", query_params=st.query_params.to_dict())
    if not page.url_path and NOW_ALWAYS not in st.query_params and ITS_OWN & set(st.query_params):
        st.switch_page(f"pages/{FORMERLY_FIRST}/page.py", query_params=st.query_params.to_dict())
    st.set_page_config(page_title=t("menu.tab", page=page.title))
    header(page.url_path or FIRST)
    flush_header()
    from pages.lessons.panel import lesson_panel  # which needs torch, and so comes after the first text

    lesson_panel(page.url_path or FIRST)
    page.run()


@asynccontextmanager
async def prepared(_: st.App) -> AsyncIterator[None]:
    """Prepare the server, before anybody is let in."""
    disable_page_discovery()
    keep_presses()
    keep_deltas()
    bound_uploads()
    yield


if is_server_starting():
    app = st.App(__file__, lifespan=prepared)
else:
    draw()
