"""Lessons: all of them in order, with what the visitor has done in each."""

from typing import Any

from pages.lessons.choices import LessonsChoices
from pages.lessons.lessons import lessons
from pages.lessons.opening import open_lesson
from pages.shared.browser.callbacks import mount
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import t, under


def lesson_list(current: AppState) -> None:
    """Show all lessons; the browser knows what was done in each."""
    rows = [
        {
            "number": each.number, "title": each.title, "minutes": each.minutes, "tasks": len(each.do),
            "page": t(f"menu.{each.page}"),
        }
        for each in lessons().values()
    ]  # fmt: skip

    def start(number: Any) -> None:
        if number in lessons():
            open_lesson(current, lessons()[number])

    mount("lesson_list", "lesson-list", {"lessons": rows, "text": under("lesson_list")}, {"open": start})


page = Page("lessons", LessonsChoices, reads_run=False)
page.fragment(lesson_list)
