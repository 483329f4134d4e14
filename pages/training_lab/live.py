"""A run as it goes: how far it is, what can be done about it, its curves, and one example's attention."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.figures.training import Curve, training_curves
from pages.shared.text import say, t
from pages.training_lab import visitor_runs
from pages.training_lab.visitor_runs import Run
from pages.training_lab.workshop import WORKSHOP

RECENT = 20  # log lines by which the pace is told


def curves_of(lines: Sequence[Mapping[str, Any]]) -> list[Curve]:
    """Return what a log holds as curves."""

    def curve(plot: str, field: str, dashed: bool = False) -> Curve:
        found = [line for line in lines if field in line]
        steps, values = [line["step"] for line in found], [line[field] for line in found]
        return Curve(t(f"lab.curve_{field}"), plot, steps, values, dashed)

    return [
        curve("loss", "loss"), curve("right", "exact"), curve("right", "teacher_forced", dashed=True),
        curve("gradient", "grad_norm"), curve("reward", "reward"), curve("reward", "baseline", dashed=True),
    ]  # fmt: skip


def names_of(shown: Run, beside: Run | None) -> list[str]:
    """Return what runs are called in a legend: by what stands in brackets after their titles."""
    return [run.id[:4] for run in (shown, beside) if run is not None]


def draw_curves(shown: Run, beside: Run | None) -> None:
    """Draw the curves of a run, with those of another beside it."""
    logs = [run.folder.lines() for run in (shown, beside) if run is not None]
    series = dict(zip(names_of(shown, beside), map(curves_of, logs), strict=True))
    titles = {plot: t(f"lab.plot_{plot}") for plot in ("loss", "right", "gradient", "reward")}
    if shown.request.recipe.reward != "none":
        titles["loss"] = t("lab.plot_loss_rewarded")
    with st.container(key="wide-chart-curves"):
        st.plotly_chart(
            training_curves(series, titles, t("lab.steps")), config={"displayModeBar": False}, key="lab-curves"
        )  # fmt: skip


def pace(lines: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the steps a second of late, None before there is anything to tell by."""
    recent = lines[-RECENT:]
    if len(recent) < 2 or recent[-1]["seconds"] <= recent[0]["seconds"]:
        return None
    return (recent[-1]["step"] - recent[0]["step"]) / (recent[-1]["seconds"] - recent[0]["seconds"])


def last_of(lines: Sequence[Mapping[str, Any]], field: str) -> Any:
    """Return the last value of a field in a log, None if there is none."""
    return next((line[field] for line in reversed(lines) if field in line), None)


def draw_progress(run: Run) -> None:
    """Say in one line how a run stands."""
    lines, most = run.folder.lines(), run.request.recipe.steps
    step = max(run.status.step, lines[-1]["step"] if lines else 0)
    phase = run.status.phase
    if phase == "waiting" and (ahead := WORKSHOP.ahead_of(run.folder)) is not None:
        phase_text = t("lab.phase_queued", ahead=ahead)
    elif phase == "waiting" or (phase == "running" and not lines):
        phase_text = t("lab.phase_starting")
    else:
        phase_text = t(f"lab.phase_{phase}")
    parts = [phase_text, t("lab.at_step", step=f"{step:,}", most=f"{most:,}")]
    rate = pace(lines)
    if phase == "running" and rate:
        parts.append(t("lab.pace", rate=f"{rate:.0f}", left=f"{(most - step) / rate:.0f}"))
    exact = last_of(lines, "exact")
    if exact is not None:
        held_out = last_of(lines, "examples")
        key = "lab.exact_now" if held_out is None else "lab.exact_now_of"
        parts.append(t(key, exact=f"{exact:.1%}", **({} if held_out is None else {"examples": f"{held_out:,}"})))
    st.progress(min(1.0, step / most), text=" · ".join(parts))
    if run.status.message:
        with st.container(border=True, key="problem-run"):
            st.text(say(run.status.message))


def draw_buttons(run: Run) -> None:
    """Draw what can be done about a run now; what cannot is greyed out, so that nothing moves."""
    phase, lines = run.status.phase, bool(run.folder.lines())
    running = phase == "running" and lines
    unfinished = phase in ("paused", "stopped", "left", "failed")
    enabled = {
        "pause": running,
        "step": phase == "paused",
        "resume": unfinished,
        "stop": run.live and (phase == "waiting" or lines),
    }
    acts = {
        "pause": lambda: visitor_runs.tell(run, "pause"),
        "step": lambda: visitor_runs.tell(run, "step"),
        "resume": lambda: visitor_runs.go_on(run),
        "stop": lambda: visitor_runs.stop(run),
    }
    with st.container(horizontal=True, key="lab-buttons"):
        for name, act in acts.items():
            st.button(
                t(f"control.lab_{name}"), help=t(f"help.lab_{name}"), on_click=act, disabled=not enabled[name],
                key=f"lab-{name}",
            )  # fmt: skip
