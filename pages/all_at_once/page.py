"""All at once: every position written in one pass, then refined; beside it the same source written step by step."""

from typing import Any

import streamlit as st

from core.trace import Trace
from pages.all_at_once.choices import AllAtOnceChoices
from pages.all_at_once.controls import mistake_controls, pass_controls
from pages.all_at_once.panels import lines
from pages.all_at_once.passes import looked_at, passes_payload, passes_view
from pages.all_at_once.sections import all_at_once_sections
from pages.all_at_once.written import (
    Pair,
    Written,
    pair_of,
    plain,
    runnable_here,
    step_by_step,
    unknown_writer,
    written,
)
from pages.shared import frame
from pages.shared.board.board import Board
from pages.shared.browser.components import board_view
from pages.shared.browser.prefetch import ahead_view
from pages.shared.run.runs import SWITCHES, RunSpec, is_finite, not_finite
from pages.shared.text import t

current, look_place, run_place = frame.begin("all_at_once", AllAtOnceChoices)
frame.source_bar(current)


@st.fragment
def view() -> None:
    """Show what was asked for, or say that no model of this task can do it."""
    with run_place:
        frame.run_controls(current)
    with look_place:
        frame.look_controls(current)
    pair = pair_of(current)
    if pair is None:
        frame.problems([*current.problems, t("all_at_once.no_writer", task=current.spec.task.title)])
    else:
        compare(pair)
    frame.finish(current)


def compare(pair: Pair) -> None:
    """Write the source both ways and show all passes, and one of them closely."""
    shown, said = runnable_here(current)
    mistake_controls(current, pair.writer)
    broken = [name for name in (pair.writer, pair.beside) if name and not is_finite(plain(shown, name))]
    frame.problems(current.problems + ([not_finite(name) for name in broken] or said + unknown_writer(current)))
    if broken:
        return
    made, beside = both_ways(pair, shown)
    pass_controls(current, pair, made)
    passes_view(passes_payload(shown, pair, made, beside, current), made, current)
    other = None if beside is None else (plain(shown, pair.beside), beside)
    panels = lines(shown, made, pair.writer, made.steps[looked_at(current, made)], current.view, other)
    with st.container(key="top-aligned-all-at-once"):
        board_view(Board(panels, t("all_at_once.summary")), current, key="all-at-once")
    all_at_once_sections(current, pair, made, beside)


def both_ways(pair: Pair, shown: RunSpec) -> tuple[Written, Trace | None]:
    """Write the source in passes, and step by step if there is a model that does."""
    choices = current.chosen(AllAtOnceChoices)
    made = written(shown, pair.writer, choices.longer, choices.passes)
    return made, None if pair.beside is None else step_by_step(shown, pair.beside)


@st.fragment
def ahead() -> None:
    """Send, once the visitor rests, the passes that are one press away."""

    def payload() -> dict[str, Any] | None:
        pair = pair_of(current)
        if pair is None:
            return None
        shown, _ = runnable_here(current)
        return passes_payload(shown, pair, *both_ways(pair, shown), current)

    ahead_view(payload, ("passes", *SWITCHES), current)


view()
ahead()
