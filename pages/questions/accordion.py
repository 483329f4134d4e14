"""The questions by topic, in two columns, one of them open: its answer, and the way to the view that shows it."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from pages.questions.choices import QuestionsChoices
from pages.questions.entries import Entry
from pages.shared.browser.callbacks import mount, rerun_own_fragment
from pages.shared.state import AppState

STYLE = """<style>
.st-key-questions { max-width: 1500px; }
.st-key-questions [data-testid="stMarkdownContainer"]:has(h5) { margin: 0; }
.st-key-questions h5 { padding: 0.5rem 0 0; font-size: 1rem; }
.st-key-questions [data-testid="stExpander"] summary { padding: 0.3rem 0.6rem; min-height: 2rem; }
.st-key-questions [data-testid="stExpander"] summary p { font-size: 0.95rem; }
.st-key-questions [data-testid="stExpanderDetails"] { padding-block: 0.5rem 0.75rem; }
.st-key-questions [data-testid="stPageLink-NavLink"] {
  border: 1px solid currentColor; border-radius: 0.5rem; padding: 0.25rem 0.7rem; margin: 0.25rem 0;
}
</style>"""


def accordion(current: AppState, found: Sequence[Entry]) -> None:
    """Draw questions with the chosen one open, and bring that into view where a link opened it."""
    st.html(STYLE)
    groups = [list(group) for _, group in groupby(found, key=lambda entry: entry.topic)]
    with st.container(key="questions"):
        for column, half in zip(st.columns(2, gap="medium"), halves(groups), strict=True):
            with column:
                for group in half:
                    st.markdown(f"##### {group[0].topic}")
                    for entry in group:
                        question(current, entry)
    mount("reveal", "reveal", {"place": place_of(current.chosen(QuestionsChoices).q)}, {})


def halves(groups: Sequence[list[Entry]]) -> tuple[list[list[Entry]], list[list[Entry]]]:
    """Share groups out to two columns, in their order, so that both are about as long."""
    lengths = [len(group) + 1 for group in groups]
    cut = min(range(1, len(groups) + 1), key=lambda at: abs(sum(lengths[:at]) - sum(lengths[at:])))
    return list(groups[:cut]), list(groups[cut:])


def question(current: AppState, entry: Entry) -> None:
    """Draw a question, which opens on a press and closes the one that was open."""
    key, is_open = place_of(entry.name), current.chosen(QuestionsChoices).q == entry.name
    if st.session_state.get(key) != is_open:
        st.session_state[key] = is_open

    def toggle() -> None:
        opened = st.session_state.get(key)
        if opened is not None:
            current.choose(QuestionsChoices, q=entry.name if opened else "")

    with st.expander(entry.question, key=key, on_change=rerun_own_fragment(toggle)):
        if is_open:
            st.markdown(entry.answer)
            st.page_link(
                f"pages/{entry.page}/page.py", label=entry.label, icon=":material/arrow_forward:",
                query_params=entry.params,
            )  # fmt: skip


def place_of(name: str) -> str:
    """Return the key of a question's place on the page, empty for none."""
    return f"question-{name}" if name else ""
