"""Beneath the decode view: what was forced before, to return to, and the other pages that look at the same run."""

from dataclasses import replace

import streamlit as st

from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import name_in
from pages.shared.state import AppState, Forced
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

LONGEST = 24
MOST_BRANCHES, MOST_BRANCHED = 6, 24
OPEN_IN = {"search": ":material/account_tree:", "teacher_forcing": ":material/school:"}


def branches(current: AppState) -> None:
    """Draw the row of branches of this source, the model's own choice first, and the links to other pages."""
    spec = current.shown
    remember(current, spec)
    kept = current.branches.get((spec.model, spec.source), ())
    with st.container(horizontal=True, key="branches", vertical_alignment="center"):
        if kept:
            controlled(
                st.pills, "branches", spec.forced, lambda forced: take(current, forced), options=[(), *kept],
                required=True, format_func=lambda forced: branch_label(spec, forced), label_visibility="collapsed",
            )  # fmt: skip
        for page, icon in OPEN_IN.items():
            st.page_link(
                f"pages/{page}/page.py", label=t(f"branches.{page}"), icon=icon, help=t(f"branches.{page}_help")
            )


def remember(current: AppState, spec: RunSpec) -> None:
    """Keep what is forced in a run, so that one can return to it; the oldest branches, and sources, are let go."""
    key = spec.model, spec.source
    kept = current.branches.pop(key, ())
    if spec.forced and spec.forced not in kept:
        kept = (*kept, spec.forced)[-MOST_BRANCHES:]
    if kept:
        current.branches[key] = kept
    while len(current.branches) > MOST_BRANCHED:
        del current.branches[next(iter(current.branches))]


def take(current: AppState, forced: Forced) -> None:
    """Return to a branch, at the last token that was forced in it."""
    current.change(forced=forced, teacher=False)
    if forced:
        current.look(step=forced[-1][0] + 1)


def branch_label(spec: RunSpec, forced: Forced) -> str:
    """Say what was forced where, and what the model made of it."""
    vocab = models.catalogue()[spec.model].target_vocab
    output = spec.task.target_text(vocab.decode(runs.trace(replace(spec, forced=forced, teacher=False)).tokens))
    output = output if len(output) <= LONGEST else f"{output[:LONGEST]}…"
    where = ", ".join(f"{step + 1}: {name_in(vocab, token)}" for step, token in forced)
    return f"{where or t('branches.own')} → {output}"
