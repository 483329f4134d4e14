"""The prediction and its answer: four causes, what speaks for and against each, and the evidence."""

import streamlit as st

from core.analysis.bugs.famous import BUGS
from core.analysis.bugs.symptom import Symptom
from pages.bugs.choices import NONE, BugsChoices
from pages.bugs.entries import Entry, Report
from pages.bugs.measured import figures, whole_test_set
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import as_plain, t
from pages.shared.widgets.controls import choice


def prediction(current: AppState, entry: Entry) -> str:
    """Draw the four causes, and return the one that is chosen, if any."""
    chosen = current.chosen(BugsChoices).cause
    chosen = chosen if chosen in entry.causes else NONE
    choice(
        current, BugsChoices, "cause", options=list(entry.causes), value=chosen or None,
        format_func=lambda name: entry.causes[name].cause,
    )  # fmt: skip
    return chosen


def answer(entry: Entry, found: Symptom, cause: str, bug: str) -> None:
    """Answer the cause that is chosen; if it is the right one, show the evidence."""
    numbers = figures(found)
    text = entry.causes[cause].answer.format(**numbers)
    if cause != entry.right:
        st.warning(t("bugs.wrong", answer=text), icon=":material/close:")
        return
    st.success(t("bugs.right", answer=text), icon=":material/check:")
    st.markdown(entry.evidence.format(**numbers))
    if (whole := whole_test_set(bug)) is not None:
        st.caption(t("bugs.whole", **whole))
    for report in entry.reports:
        st.markdown(report_line(report))
    st.page_link(
        f"pages/{entry.page}/page.py", label=t("bugs.open", page=t(f"{entry.page}.title")),
        icon=":material/arrow_forward:", query_params=entry.query,
    )  # fmt: skip


def report_line(report: Report) -> str:
    """Say where a mistake was reported, with the report's title where it could be looked up."""
    words = {"name": as_plain(report.name), "number": report.number, "address": report.address}
    return t("bugs.report", title=as_plain(report.title), **words) if report.title else t("bugs.report_bare", **words)


def code(entry: Entry, bug: str) -> None:
    """Show the lines with the mistake and without it, and the function that measured the symptom."""
    wrong, right = st.columns(2, gap="medium")
    for place, name, lines in ((wrong, "with", entry.wrong_code), (right, "without", entry.right_code)):
        with place:
            st.caption(t(f"bugs.{name}"))
            st.code(lines, language="python", wrap_lines=True)
    with st.expander(t("section.code")):
        sections.code(BUGS[bug].symptom)
