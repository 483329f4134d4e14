"""Below a page's view: one of several sections at a time, two of which every page has: the code and a question."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from core import paths
from pages.shared.state import AppState
from pages.shared.text import listed, prose, t
from pages.shared.url.fields import Choices
from pages.shared.widgets.controls import choice


def sections(current: AppState, kind: type[Choices], drawn: Mapping[str, Callable[[], None]]) -> None:
    """Let the visitor choose one of a page's sections, and draw it.

    `drawn` says how, by name; the names are those that the field `section` of the page's choices may have.
    """
    choice(
        current, kind, "section", format_func=lambda name: t(f"section.{name}"), label_visibility="collapsed",
    )  # fmt: skip
    drawn[current.chosen(kind).section]()


def code(*functions: Callable, notebook: str = "", torch_lines: str = "") -> None:
    """Show the functions that computed what is on screen, and lines that do it in a notebook or in torch alone."""
    functions = tuple(inspect.unwrap(function) for function in functions)
    files = sorted({str(Path(inspect.getsourcefile(function)).relative_to(paths.ROOT)) for function in functions})
    st.caption(t("section.code_caption", file=listed(files)))
    st.code("\n\n".join(inspect.getsource(function) for function in functions), language="python")
    if notebook:
        st.caption(t("section.notebook_caption"))
        st.code(notebook, language="python")
    if torch_lines:
        st.caption(t("section.torch_caption"))
        st.code(torch_lines, language="python")


def question(name: str) -> None:
    """Ask something that the view can answer, from a text with the answer below a line of three dashes."""
    asked, answer = prose(name).split("---\n", 1)
    st.markdown(asked)
    with st.expander(t("section.answer")):
        st.markdown(answer)
