"""Questions: what people ask of Transformers, searched by typing, each answered by a view of this app."""

import streamlit as st

from pages.questions.accordion import accordion
from pages.questions.choices import QuestionsChoices
from pages.questions.entries import entries
from pages.questions.matching import matching
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice


def questions(current: AppState) -> list[str]:
    """Draw the search and the questions that it finds; say if there are none."""
    choice(
        current, QuestionsChoices, "search", live=True, type="search", prefetch=False, label_visibility="collapsed",
        placeholder=t("questions.placeholder"), icon=":material/search:",
    )  # fmt: skip
    search = current.chosen(QuestionsChoices).search
    found = matching(entries(), search)
    if not found:
        st.text(t("questions.none", search=search))
        return []
    st.caption(t("questions.found" if search.strip() else "questions.all", count=len(found)))
    accordion(current, found)
    return []


page = Page("questions", QuestionsChoices, reads_run=False)
page.draw(questions, switches=(), resolves_run=False)
