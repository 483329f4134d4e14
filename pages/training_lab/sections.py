"""Below a run: the table of runs and what differed, the loss in numbers, the code that ran, a question."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.lab import film
from core.training import loss, rewards, train
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice
from pages.training_lab import disk, drafts
from pages.training_lab.choices import LabChoices
from pages.training_lab.controls import differences
from pages.training_lab.live import last_of
from pages.training_lab.onward import rewards_button
from pages.training_lab.visitor_runs import Run

PERCENT = st.column_config.NumberColumn(format="percent")


def lab_sections(current: AppState, runs: Sequence[Run], shown: Run | None) -> None:
    """Draw the one of the four sections that is chosen."""
    drawn = {
        "runs": lambda: table_of(runs),
        "loss": lambda: loss_in_numbers(shown),
        "code": lambda: sections.code(*code_of(shown)),
        "question": lambda: sections.question("lab_question"),
    }
    sections.sections(current, LabChoices, drawn)


def code_of(shown: Run | None) -> tuple[Callable, ...]:
    """Return what computed the run that is shown."""
    if shown is not None and shown.request.recipe.reward != "none":
        return train, rewards.draw_samples, rewards.reward_of, rewards.policy_loss, film.take
    return train, loss.supervised_terms, loss.cross_entropy, film.take


def table_of(runs: Sequence[Run]) -> None:
    """Draw the runs, each with what it came to and with those settings in which not all are alike."""
    if not runs:
        st.caption(t("lab.no_runs"))
        return
    differing = differences(list(runs))
    st.dataframe(pd.DataFrame([row_of(run, differing) for run in runs]), hide_index=True, column_config={
        t("lab.column_exact"): PERCENT, t("lab.column_fed"): PERCENT,
    }, placeholder="–")  # fmt: skip
    st.caption(t("lab.table_explained"))


def row_of(run: Run, differing: Sequence[str]) -> dict[str, Any]:
    """Return a run as a row of the table."""
    lines = run.folder.lines()
    row = {
        t("lab.column_run"): run.title,
        t("lab.column_phase"): t(f"lab.phase_{run.status.phase}"),
        t("lab.column_step"): max(run.status.step, lines[-1]["step"] if lines else 0),
        t("lab.column_seconds"): round(run.status.seconds, 1),
        t("lab.column_loss"): last_of(lines, "loss"),
        t("lab.column_exact"): last_of(lines, "exact"),
        t("lab.column_fed"): last_of(lines, "teacher_forced"),
        t("lab.column_examples"): last_of(lines, "examples"),
    }
    if run.request.start_from:
        row[t("lab.column_after")] = run.request.start_from[:4]
    if (reward := last_of(lines, "reward")) is not None:
        row[t("lab.column_reward")] = reward
    for name in differing:
        part, field = name.split(".")
        known = part == "config" or not run.brought
        row[field] = str(getattr(getattr(run.request, part), field)) if known else None
    return row


def loss_in_numbers(run: Run | None) -> None:
    """Write the loss as the sum that it is, with the numbers of the last step logged."""
    recipe = None if run is None else run.request.recipe
    if recipe is None or recipe.reward == "none" or recipe.reward_weight < 1:
        st.latex(
            r"L=-\frac{1}{T}\sum_{t=1}^{T}\sum_{v\in V}q_t(v)\,\log p(v\mid y_{<t},x),\qquad "
            r"q_t(v)=(1-\varepsilon)\,[v=y_t]+\frac{\varepsilon}{|V|}"
        )
        st.caption(t("lab.loss_caption"))
    if run is not None and run.request.recipe.reward != "none":
        policy_in_numbers(run)
    parts = None if run is None else last_of(run.folder.lines(), "parts")
    if not parts:
        st.caption(t("lab.no_loss"))
        return
    lines = run.folder.lines()
    named = {name.replace("_", " "): value for name, value in parts.items()}
    terms = " + ".join(rf"\underbrace{{{value:.4f}}}_{{\text{{{name}}}}}" for name, value in named.items())
    step = next(line["step"] for line in reversed(lines) if "parts" in line)
    smoothing = run.request.recipe.label_smoothing
    st.latex(rf"L_{{{step}}} = {terms} = {last_of(lines, 'loss'):.4f}\qquad \varepsilon = {smoothing:g}")


def policy_in_numbers(run: Run) -> None:
    """Write the loss of a policy gradient, with the rewards of the last step logged."""
    st.latex(
        r"L_\text{policy}=-\frac{\lambda}{B}\sum_{i=1}^{B}\bigl(r(\hat y_i)-b_i\bigr)\log p(\hat y_i\mid x_i),"
        r"\qquad \hat y_i\sim p(\cdot\mid x_i)"
    )
    lines, recipe = run.folder.lines(), run.request.recipe
    reward, baseline = last_of(lines, "reward"), last_of(lines, "baseline")
    st.caption(t("lab.policy_caption", reward=t(f"lab.reward_{recipe.reward}")))
    if reward is not None:
        st.latex(
            rf"\bar r={reward:.4f}\qquad \bar b={baseline:.4f}\qquad "
            rf"\operatorname{{Var}}(r-b)={last_of(lines, 'variance'):.4f}\qquad \lambda={recipe.reward_weight:g}"
        )


def choose_run(current: AppState, runs: Sequence[Run], shown: Run) -> None:
    """Draw the choice of the run that is shown, and of one beside it."""
    names = {run.id: run.title for run in runs}
    others = ["", *(run.id for run in runs if run.id != shown.id)]
    left, right = st.columns(2)
    with left:
        choice(
            current, LabChoices, "run", lambda name: current.choose(LabChoices, run=name, beside=""), value=shown.id,
            options=list(names), format_func=names.get,
        )  # fmt: skip
    with right:
        none = t("lab.beside_none")
        choice(current, LabChoices, "beside", options=others, format_func=lambda name: names.get(name, none))


def take_settings(current: AppState, run: Run) -> None:
    """Set all controls as in a run, its pairs included."""
    current.choose(LabChoices, **LabChoices.describing(run.request))
    with disk.answered(current, "lab.pairs_not_kept"):
        drafts.take_pairs(current.visitor, run.request.pairs)


def download_button(run: Run) -> None:
    """Draw what downloads the model of a run; it cannot be pressed if the model has just gone."""
    name = f"seq2see-{run.request.task}-{run.id}.safetensors"
    try:
        data, gone = run.folder.model.read_bytes(), False
    except OSError:
        data, gone = b"", True
    st.download_button(
        t("control.lab_download"), data, name, help=t("help.lab_download"), key="lab-download", disabled=gone
    )  # fmt: skip


def take_along(current: AppState, run: Run) -> None:
    """Draw what can be done with a run that left a model: look at it in the other pages, train on, download it."""
    if run.model is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="lab-after"):
        if st.button(t("control.lab_open"), help=t("help.lab_open"), key="lab-open", type="primary"):
            current.choose_model(run.model)
            current.look(step=0, layer=0, head=0)
            st.switch_page("pages/decode/page.py")
        download_button(run)
        if not run.brought:
            st.button(
                t("control.lab_same"), help=t("help.lab_same"), key="lab-same",
                on_click=lambda: take_settings(current, run),
            )  # fmt: skip
        rewards_button(current, run)
