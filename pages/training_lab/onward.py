"""The beginning of a run: random weights, or those of an earlier run, to go on by another recipe or by rewards."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.checkpoint import CheckpointError
from core.lab import Request
from core.run import models
from core.sentences import Refusal
from core.tasks.pairs import KIND, Pairs
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice
from pages.training_lab.choices import MODEL, LabChoices
from pages.training_lab.visitor_runs import Run

# What going on with rewards sets of the recipe; a rate for learning from nothing would undo what was learnt.
REWARDED = {
    "reward": "edit", "reward_weight": 0.5, "baseline": "greedy", "steps": 200, "learning_rate": 0.0002, "warmup": 20,
    "decay": "constant", "label_smoothing": 0.0, "sampling": "none", "guide": "none",
    "causal_mask": True, "padding_mask": True,
}  # fmt: skip


def build_request(choices: LabChoices, pairs: Pairs, runs: Sequence[Run]) -> Request:
    """Return the run that is asked for; one that begins with an earlier run's weights has its task, pairs and model.

    Raises: ValueError saying in a sentence why it cannot be, or cannot begin so.
    """
    if not choices.start_from:
        return choices.request(pairs)
    run = next((run for run in runs if run.id == choices.start_from), None)
    if run is None or run.model is None:
        raise Refusal("lab.after_gone")
    try:
        metadata, first = models.own_metadata(run.folder.model), run.request
    except (OSError, CheckpointError) as error:  # deleted meanwhile, or cut off
        raise Refusal("lab.after_gone") from error
    if (metadata.source_vocab, metadata.target_vocab) != first.vocabularies():
        raise Refusal("lab.after_symbols")
    same = replace(choices, task=KIND if first.pairs else first.task, decoder=first.config.decoder)
    request = same.request(first.pairs)
    kind = "after" if choices.reward == "none" else "rewarded"
    title = t(f"lab.title_{kind}", title=run.title, steps=f"{choices.steps:,}")
    return replace(request, title=title, config=first.config, start_from=run.id)


def rewarded_changes(run: Run) -> dict[str, object]:
    """Return what is chosen by going on with rewards from a run."""
    described = {} if run.brought else LabChoices.describing(run.request)
    return described | REWARDED | {"start_from": run.id, "beside": run.id}


def onward_controls(current: AppState, runs: Sequence[Run]) -> None:
    """Draw what a run begins with, and the reward that it may learn from."""
    choices = current.chosen(LabChoices)
    names = {run.id: run.title for run in runs if run.model is not None}
    known = {"": t("lab.after_random")} | names
    if choices.start_from not in known:
        known[choices.start_from] = choices.start_from
    rewarded = choices.reward != "none"
    used = bool(choices.start_from or rewarded)
    # Another key, another expander: one that is there already stays as the visitor left it.
    with st.expander(t("lab.group_onward"), expanded=used, key=f"lab-group-onward-{used}"):
        choice(
            current, LabChoices, "start_from", lambda run: current.choose(LabChoices, **starting_point(run, runs)),
            options=list(known), format_func=known.get,
        )  # fmt: skip
        with st.container(horizontal=True, key="lab-fields-onward"):
            choice(current, LabChoices, "reward")
            choice(current, LabChoices, "baseline", disabled=not rewarded)
        choice(current, LabChoices, "reward_weight", disabled=not rewarded)
        st.caption(t("lab.onward_explained"))


def starting_point(run_id: str, runs: Sequence[Run]) -> dict[str, object]:
    """Return what choosing other weights to begin with sets: the controls of task and model show theirs."""
    first = next((run for run in runs if run.id == run_id), None)
    if first is None or first.brought:
        return {"start_from": run_id}
    described = LabChoices.describing(first.request)
    return {name: described[name] for name in ("task", *MODEL)} | {"start_from": run_id}


def rewards_button(current: AppState, run: Run) -> None:
    """Draw the button that sets up going on with rewards, or say why this model cannot."""
    if not run.request.config.autoregressive:
        st.caption(t("lab.reward_parallel_caption"))
        return
    st.button(
        t("control.lab_rewards"), help=t("help.lab_rewards"), key="lab-rewards",
        on_click=lambda: current.choose(LabChoices, **rewarded_changes(run)),
    )  # fmt: skip
