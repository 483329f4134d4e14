"""Training lab: a Transformer of one's own, trained within half a minute, with its attention watched as it forms."""

import streamlit as st

from pages.shared.messages import show_messages
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import as_plain, t
from pages.training_lab import visitor_runs
from pages.training_lab.choices import LabChoices
from pages.training_lab.controls import lab_controls
from pages.training_lab.film import film_view
from pages.training_lab.live import draw_buttons, draw_curves, draw_progress, last_of
from pages.training_lab.sections import choose_run, lab_sections, take_along
from pages.training_lab.visitor_runs import Run

LOOK_SECONDS, BELOW_SECONDS = 1.0, 4.0

page = Page("training_lab", LabChoices, reads_run=False)
current = page.current
runs, unreadable = visitor_runs.read_runs(current.visitor)
choices = current.chosen(LabChoices)
shown = next((run for run in runs if run.id == choices.run), runs[0] if runs else None)
problems = [*current.problems, *unreadable]
if choices.run and (shown is None or shown.id != choices.run):
    problems.append(t("lab.not_yours"))
if choices.beside and choices.beside not in {run.id for run in runs}:
    problems.append(t("lab.beside_not_yours"))


@st.fragment(run_every=LOOK_SECONDS if shown is not None and shown.live else None)
def watch() -> None:
    """Show the run as it stands now; when it begins or ends, what is outside of this is drawn anew."""
    now = {run.id: run for run in visitor_runs.runs_of(current.visitor)}
    run = now.get(shown.id)
    if run is None or run.live != shown.live:
        st.rerun()
    if run.live:
        run.beat()
    if run.brought:
        st.caption(t("lab.brought"))
        return
    draw_progress(run)
    draw_buttons(run)
    draw_curves(run, now.get(current.chosen(LabChoices).beside))
    film_view(run)


def show_recorded(run: Run | None) -> None:
    """Show what training looks like before anything was trained here: the film and the curves of the run that ships."""
    st.markdown(t("lab.begin"))
    if run is None:
        return
    exact = last_of(run.folder.lines(), "exact")
    st.markdown(t("lab.recorded", title=as_plain(run.request.title), exact=f"{exact:.1%}"))
    film_view(run)
    draw_curves(run, None)


show_messages(problems)
left, right = st.columns([2, 5], gap="large")
with left:
    lab_controls(current, runs)
with right:
    if shown is None:
        show_recorded(visitor_runs.recorded())
    else:
        choose_run(current, runs, shown)
        watch()
        take_along(current, shown)


def below(current: AppState) -> None:
    """Draw what stands below the run, now and then anew while it is live."""
    now = visitor_runs.runs_of(current.visitor)
    lab_sections(current, now, next((run for run in now if shown is not None and run.id == shown.id), None))


page.fragment(below, run_every=BELOW_SECONDS if shown is not None and shown.live else None)
