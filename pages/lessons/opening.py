"""Which lesson a visitor is in: opened by an address or a button, kept from page to page until it is left."""

from collections.abc import Mapping

import streamlit as st

from pages.lessons.lessons import Lesson, lessons
from pages.shared.internals import is_history_navigation
from pages.shared.language import LANG
from pages.shared.page import is_echo
from pages.shared.state import AppState
from pages.shared.url.links import LESSON, PROJECTOR
from pages.shared.url.params import whole_number


def open_lesson(current: AppState, lesson: Lesson) -> None:
    """Go to a lesson's page, with the view that its link sets, whatever was chosen there before."""
    current.lesson = lesson.number
    current.expect(lesson.address)
    st.switch_page(f"pages/{lesson.page}/page.py", query_params=lesson.address)


def take_address(current: AppState, asked: Mapping[str, str]) -> list[str]:
    """Take the lesson that an address asks for, and go there if it asks for nothing else; say what cannot be.

    An address without a lesson leaves the visitor in theirs, unless it is one from before that lesson.
    """
    if is_echo(current, dict(asked)):
        return []
    if LESSON not in asked:
        current.lesson = 0 if is_history_navigation() else current.lesson
        return []
    problems: list[str] = []
    current.lesson = whole_number(asked, LESSON, 1, max(lessons()), problems) or 0
    if current.lesson and set(asked) <= {LESSON, PROJECTOR, LANG}:
        current.projector = current.projector or asked.get(PROJECTOR) == "on"
        open_lesson(current, lessons()[current.lesson])
    return problems


def leave(current: AppState) -> None:
    """Leave the lesson; what is shown stays."""
    current.lesson = 0
