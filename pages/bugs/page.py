"""Find the bug: ten famous mistakes, each a running model; the visitor says what is wrong, then sees the evidence."""

from functools import partial

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
from pages.shared.text import say, t
from pages.shared.widgets.controls import choice, pressed

# All ten in sight, but on a phone in one row.
STYLE = """<style>
.st-key-bugs-row button { min-height: 1.7rem; padding: 0 0.6rem; }
@media (max-width: 640px) {
  .st-key-bugs-row [data-testid="stButtonGroup"] > div { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: thin; }
  .st-key-bugs-row button { flex: none; }
}
</style>"""


def bugs(current: AppState) -> list[str]:
    """Draw the choice of a bug, its symptom, the four causes and the answer to the one that is chosen."""
    st.html(STYLE)
    with st.container(key="bugs-row"):
        choice(
            current, BugsChoices, "bug", partial(open_bug, current), required=True,
            format_func=lambda name: f"{list(BUGS).index(name) + 1}  {entry(name).title}",
            label_visibility="collapsed",
        )  # fmt: skip
    bug = current.chosen(BugsChoices).bug
    texts = entry(bug)
    try:
        found = symptom_of(bug)
    except CheckpointError as error:
        return [t("bugs.no_model", why=say(error))]
    seen, said = st.columns([3, 2], gap="large")
    with said:
        chosen = prediction(current, texts)
        if chosen:
            answer(texts, found, chosen, bug)
        is_found = chosen == texts.right
        if is_found:
            pressed("bugs_next", lambda: open_bug(current, after(bug)), prefetch=False)
    with seen:
        st.markdown(t("bugs.symptom", title=texts.title, symptom=texts.symptom.format(**figures(found))))
        symptom_view(found, current, bug, is_found)
    if is_found:
        code(texts, bug)
    return []


def open_bug(current: AppState, bug: str) -> None:
    """Look at a bug, with no cause chosen yet."""
    current.choose(BugsChoices, bug=bug, cause=NONE)


def after(bug: str) -> str:
    """Return the next bug, after the last one the first."""
    names = list(BUGS)
    return names[(names.index(bug) + 1) % len(names)]


page = Page("bugs", BugsChoices, reads_run=False)
page.draw(bugs, switches=())
