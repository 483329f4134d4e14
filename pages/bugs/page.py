"""Find the bug: ten famous mistakes, each a running model; the visitor says what is wrong, then sees the evidence."""

import streamlit as st

from core.analysis.bugs.famous import BUGS
from core.checkpoint import CheckpointError
from pages.bugs.answers import answer, code, prediction
from pages.bugs.choices import NONE, BugsChoices
from pages.bugs.entries import entry
from pages.bugs.measured import figures, symptom_of
from pages.bugs.symptoms import symptom_view
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice


def bugs(current: AppState) -> list[str]:
    """Draw the choice of a bug, its symptom, the four causes and the answer to the one that is chosen."""
    with st.container(key="examples-row-bugs"):
        choice(
            current, BugsChoices, "bug", lambda name: current.choose(BugsChoices, bug=name, cause=NONE), required=True,
            format_func=lambda name: f"{list(BUGS).index(name) + 1}  {entry(name).title}",
            label_visibility="collapsed",
        )  # fmt: skip
    bug = current.chosen(BugsChoices).bug
    texts = entry(bug)
    try:
        found = symptom_of(bug)
    except CheckpointError as error:
        return [t("bugs.no_model", why=str(error))]
    seen, said = st.columns([3, 2], gap="large")
    with said:
        chosen = prediction(current, texts)
        if chosen:
            answer(texts, found, chosen)
    is_found = chosen == texts.right
    with seen:
        st.markdown(texts.symptom.format(**figures(found)))
        symptom_view(found, current, bug, is_found)
    if is_found:
        code(texts, bug)
    return []


page = Page("bugs", BugsChoices, reads_run=False)
page.draw(bugs, switches=())
