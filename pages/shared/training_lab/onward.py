"""What a run begins with: random weights, or those of an earlier run, to go on by another recipe or by rewards."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.lab import Request
from pages.shared import models
from pages.shared.frame import controlled
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.training_lab.choices import MODEL, LabChoices
from pages.shared.training_lab.kept import Run

REWARDS, BASELINES = ("none", "edit", "exact"), ("greedy", "none")
# What going on with rewards sets of the recipe; a rate for learning from nothing would undo what was learnt.
REWARDED = {
    "reward": "edit", "reward_share": 1.0, "baseline": "greedy", "steps": 200, "rate": 0.0002, "warmup": 20,
    "schedule": "constant", "smoothing": 0.0, "feeding": "none", "guide": "none",
}  # fmt: skip


def with_weights(request: Request, choices: LabChoices, runs: Sequence[Run]) -> Request:
    """Return the run that is asked for, with the task and the model of the run whose weights it begins with, if any.

    Raises: ValueError saying in a sentence why it cannot begin so.
    """
    if not choices.after:
        return request
    first = next((run for run in runs if run.id == choices.after), None)
    if first is None or first.model is None:
        raise ValueError(t("lab.after_gone"))
    metadata = models.own_metadata(first.folder.model)
    if (metadata.source_vocab, metadata.target_vocab) != first.request.vocabularies():
        raise ValueError(t("lab.after_symbols"))
    title = t("lab.after_title", title=first.title, steps=f"{choices.steps:,}")
    if choices.reward != "none":
        if not first.request.config.autoregressive:
            raise ValueError(t("lab.reward_parallel"))
        title = t("lab.rewarded_title", title=first.title, steps=f"{choices.steps:,}")
    asked = first.request
    return replace(request, title=title, task=asked.task, config=asked.config, pairs=asked.pairs, start_from=first.id)


def rewarded_changes(run: Run) -> dict[str, object]:
    """Return what is chosen by going on with rewards from a run."""
    described = {} if run.brought else LabChoices.describing(run.request)
    return described | REWARDED | {"after": run.id, "beside": run.id}


def onward_controls(current: AppState, runs: Sequence[Run]) -> None:
    """Draw what a run begins with, and the reward that it may learn from."""
    choices = current.chosen(LabChoices)
    names = {run.id: run.title for run in runs if run.model is not None}
    known = {"": t("lab.after_random")} | names
    if choices.after not in known:
        known[choices.after] = choices.after
    with st.expander(t("lab.group_onward"), expanded=bool(choices.after or choices.reward != "none"), key="lab-onward"):
        controlled(
            st.selectbox, "lab_after", choices.after, lambda run: current.choose(LabChoices, **begun(run, runs)),
            options=list(known), format_func=known.get,
        )  # fmt: skip
        left, right = st.columns(2)
        with left:
            word_control(current, "reward", REWARDS)
        with right:
            word_control(current, "baseline", BASELINES, disabled=choices.reward == "none")
        controlled(
            st.number_input, "lab_reward_share", choices.reward_share,
            lambda share: current.choose(LabChoices, reward_share=share), min_value=0.05, max_value=1.0, step=0.05,
            disabled=choices.reward == "none",
        )  # fmt: skip
        st.caption(t("lab.onward_explained"))


def begun(run_id: str, runs: Sequence[Run]) -> dict[str, object]:
    """Return what choosing other weights to begin with sets: the controls of task and model show theirs."""
    first = next((run for run in runs if run.id == run_id), None)
    if first is None or first.brought:
        return {"after": run_id}
    described = LabChoices.describing(first.request)
    return {name: described[name] for name in ("task", *MODEL)} | {"after": run_id}


def word_control(current: AppState, name: str, options: Sequence[str], disabled: bool = False) -> None:
    """Draw the choice among a few words."""
    controlled(
        st.selectbox, f"lab_{name}", getattr(current.chosen(LabChoices), name),
        lambda chosen: current.choose(LabChoices, **{name: chosen}), options=options, disabled=disabled,
        format_func=lambda option: t(f"lab.{name}_{option}"),
    )  # fmt: skip


def rewards_button(current: AppState, run: Run) -> None:
    """Draw the button that sets up going on with rewards, or say why this model cannot."""
    if not run.request.config.autoregressive:
        st.caption(t("lab.reward_parallel_caption"))
        return
    st.button(
        t("control.lab_rewards"), help=t("help.lab_rewards"), key="lab-rewards",
        on_click=lambda: current.choose(LabChoices, **rewarded_changes(run)),
    )  # fmt: skip
