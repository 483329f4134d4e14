"""The lesson that a visitor is in, as a panel above the page: what to look at and to do, a question, a task."""

from typing import Any

import streamlit as st

from pages.lessons.lessons import Lesson, lessons
from pages.lessons.opening import leave, open_lesson, take_address
from pages.shared.browser.callbacks import mount
from pages.shared.messages import draw_sentences, stop_without_models
from pages.shared.state import AppState, state
from pages.shared.text import t, under

LIST, FIRST_PAGE = "lessons", "whole_model"


def lesson_panel(page: str) -> None:
    """Draw the visitor's lesson, if they are in one, above any page but the list of all lessons."""
    stop_without_models()
    current = state()
    draw_sentences(take_address(current, st.query_params.to_dict()), of="lesson")
    lesson = lessons().get(current.lesson)
    if lesson is not None and page != LIST:
        with st.container(key="lesson-place"):
            mount("lesson", "lesson-view", payload(lesson, page), events(current))
    elif lesson is None and page == FIRST_PAGE:
        door(current)


def door(current: AppState) -> None:
    """Offer the first lesson beside the title of the first page."""
    with st.container(key="lesson-door"):
        if st.button(t("lesson.door"), key="open-first-lesson", type="tertiary", icon=":material/menu_book:"):
            open_lesson(current, lessons()[1])


def payload(lesson: Lesson, page: str) -> dict[str, Any]:
    """Return what the panel shows on a page."""
    following = lessons().get(lesson.number + 1)
    return {
        "lesson": lesson.payload(), "of": len(lessons()), "page": page, "page_title": t(f"menu.{lesson.page}"),
        "next": following and {"number": following.number, "title": following.title}, "text": under("lesson"),
    }  # fmt: skip


def events(current: AppState) -> dict[str, Any]:
    """Return what the panel's buttons do."""

    def go(number: Any) -> None:
        if number in lessons():
            open_lesson(current, lessons()[number])
        st.switch_page(f"pages/{LIST}/page.py")

    return {"open": go, "leave": lambda _: leave(current)}
