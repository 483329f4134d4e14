"""The controls of a run before it starts: task, preset, model, recipe, and what that will cost."""

from dataclasses import fields

import streamlit as st

from core.lab import Limits
from core.tasks.pairs import KIND, Pairs
from pages.shared.messages import show_messages
from pages.shared.state import AppState
from pages.shared.text import say, t
from pages.shared.widgets.controls import choice, controlled
from pages.training_lab import visitor_runs
from pages.training_lab.choices import MODEL, PRESETS, RECIPE, LabChoices, preset_changes, preset_of, task_changes
from pages.training_lab.estimate import cost_view
from pages.training_lab.onward import build_request, onward_controls
from pages.training_lab.pairs import pairs_panel
from pages.training_lab.upload import upload_control
from pages.training_lab.visitor_runs import Run

LOOK_SECONDS = 2.0
# Side by side where no chosen option is cut.
STYLE = """<style>
[class*="st-key-lab-fields-"] { gap: 0.4rem 0.75rem; }
[class*="st-key-lab-fields-"] > * { flex: 1 1 190px; width: auto; min-width: 0; }
</style>"""


def lab_controls(current: AppState, runs: list[Run]) -> None:
    """Draw the choice of what is trained, what it costs, and the button that starts it."""
    choices = current.chosen(LabChoices)
    fixed = bool(choices.start_from)
    st.html(STYLE)
    choice(
        current, LabChoices, "task", lambda name: current.choose(LabChoices, **task_changes(choices, name)),
        disabled=fixed,
    )  # fmt: skip
    pairs = pairs_panel(current) if choices.task == KIND and not fixed else ()
    controlled(
        st.selectbox, "preset", preset_of(choices),
        lambda name: current.choose(LabChoices, **preset_changes(name)), options=list(PRESETS),
        format_func=lambda name: t(f"lab.preset_{name}"), placeholder=t("lab.preset_none"),
    )  # fmt: skip
    preset = preset_of(choices)
    st.caption(t(f"lab.purpose_{preset}") if preset else t("lab.purpose_none"))
    start_control(current, runs, pairs)
    onward_controls(current, runs)
    for group, names in (("model", MODEL), ("recipe", RECIPE)):
        with st.expander(t(f"lab.group_{group}"), expanded=False, key=f"lab-group-{group}"):
            if group == "model" and fixed:
                st.caption(t("lab.after_keeps"))
            with st.container(horizontal=True, key=f"lab-fields-{group}"):
                for name in names:
                    choice(current, LabChoices, name, disabled=fixed and group == "model")
    upload_control(current)


def start_control(current: AppState, runs: list[Run], pairs: Pairs) -> None:
    """Say what a run would cost and draw the button that starts it; what cannot be run says why."""
    choices = current.chosen(LabChoices)
    request = None
    try:
        if choices.task != KIND or pairs or choices.start_from:
            request = build_request(choices, pairs, runs)
            request.check(Limits())
    except ValueError as error:
        show_messages([t("lab.cannot", why=say(error))], of="start")
        request = None

    def start() -> None:
        current.problems = ()
        try:
            current.choose(LabChoices, run=visitor_runs.begin(current.visitor, request))
        except ValueError as error:
            if not visitor_runs.is_one_live(current.visitor):  # which is said below, as long as it is so
                current.problems = (say(error),)

    live = any(run.live for run in runs)
    st.button(
        t("control.lab_train"), help=t("help.lab_train"), on_click=start, disabled=request is None or live,
        type="primary", key="lab-train", width="stretch",
    )  # fmt: skip
    if live:
        one_at_a_time(current)
    elif request is not None:
        cost_view(current, request, runs)


@st.fragment(run_every=LOOK_SECONDS)
def one_at_a_time(current: AppState) -> None:
    """Say that a run is under way, until it is over, whichever run is looked at."""
    if not visitor_runs.is_one_live(current.visitor):
        st.rerun()
    st.caption(t("lab.one_at_a_time"))


def differences(runs: list[Run]) -> list[str]:
    """Name the fields of model and recipe in which these runs are not all alike; uploaded ones do not count."""
    runs = [run for run in runs if not run.brought] or runs[:1]
    parts = [("config", each.name) for each in fields(runs[0].request.config)]
    parts += [("recipe", each.name) for each in fields(runs[0].request.recipe)]
    return [
        f"{part}.{name}" for part, name in parts if len({getattr(getattr(run.request, part), name) for run in runs}) > 1
    ]
