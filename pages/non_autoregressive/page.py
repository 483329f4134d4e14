"""Non-autoregressive: every position written in one pass, then refined; beside it the source written step by step."""

from typing import Any

import streamlit as st

from core.figures.boards import Board
from core.run.runs import RunSpec, is_finite, not_finite
from core.run.titles import task_title
from core.tasks import TASKS
from core.tasks.pairs import KIND
from core.trace import Trace
from pages.non_autoregressive.choices import FIRST, AllAtOnceChoices
from pages.non_autoregressive.controls import mistake_controls, pass_controls
from pages.non_autoregressive.panels import lines
from pages.non_autoregressive.passes import looked_at, passes_payload, passes_view
from pages.non_autoregressive.sections import non_autoregressive_sections
from pages.non_autoregressive.writing import (
    Pair,
    Written,
    pair_of,
    plain,
    runnable_here,
    step_by_step,
    unknown_writer,
    write_passes,
)
from pages.shared.browser.components import board_view
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.url import links


def all_at_once(current: AppState) -> list[str]:
    """Write the source both ways and show all passes, and one of them closely; or say that no model can do it."""
    pair = pair_of(current)
    if pair is None:
        no_writer(current)
        return []
    shown, messages = runnable_here(current)
    mistake_controls(current, pair.writer)
    broken = [name for name in (pair.writer, pair.beside) if name and not is_finite(plain(shown, name))]
    if broken:
        return [not_finite(name) for name in broken]
    made, beside = both_ways(current, pair, shown)
    pass_controls(current, pair, made)
    passes_view(passes_payload(shown, pair, made, beside, current), made, current)
    other = None if beside is None else (plain(shown, pair.beside), beside)
    panels = lines(shown, made, pair.writer, made.steps[looked_at(current, made)], current.view, other)
    with st.container(key="top-aligned-all-at-once"):
        board_view(Board(panels, t("non_autoregressive.summary")), current, key="all-at-once")
    non_autoregressive_sections(current, pair, made, beside)
    page.layer_and_head()
    return messages + unknown_writer(current)


def no_writer(current: AppState) -> None:
    """Say that no model of this task writes all at once, and lead to where there is one, or to where one is trained."""
    task = current.spec.task
    st.text(t("non_autoregressive.no_writer", task=task_title(task)))
    asked = {"decoder": "length", "task": task.name if task.name in TASKS else KIND, **links.spec_params(current.spec)}
    st.page_link(
        "pages/training_lab/page.py",
        label=t("non_autoregressive.train_writer"),
        icon=":material/science:",
        query_params=asked,
    )


def both_ways(current: AppState, pair: Pair, shown: RunSpec) -> tuple[Written, Trace | None]:
    """Write the source in passes, and step by step if there is a model that does."""
    choices = current.chosen(AllAtOnceChoices)
    made = write_passes(shown, pair.writer, choices.longer, choices.passes)
    return made, None if pair.beside is None else step_by_step(shown, pair.beside)


def payload(current: AppState) -> dict[str, Any] | None:
    """Return the passes as they are sent."""
    pair = pair_of(current)
    if pair is None:
        return None
    shown, _ = runnable_here(current)
    return passes_payload(shown, pair, *both_ways(current, pair, shown), current)


page = Page("non_autoregressive", AllAtOnceChoices, first=FIRST)
page.source_bar()
page.draw(all_at_once, prefetch=payload, resolves_run=False)
