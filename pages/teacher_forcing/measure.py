"""Measured here and now, on a sample of the test set: recovery of the models that stand on the page."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import streamlit as st

from core.evaluation.error_injection import items_of
from core.evaluation.held_out import held_out_examples
from core.evaluation.recovery_rates import RecoveryCounts, in_all, measure_recovery, shares
from core.run import models
from core.run.titles import title_of
from pages.shared import jobs
from pages.shared.state import AppState
from pages.shared.text import as_plain, t, table
from pages.shared.widgets.controls import choice
from pages.teacher_forcing.choices import TeacherChoices
from pages.teacher_forcing.evidence import MEASURES

AT_A_TIME = 20


def measure(current: AppState, names: tuple[str, ...]) -> None:
    """Draw how many examples to measure on, the measurement, and its table."""
    choice(current, TeacherChoices, "sample")
    count = current.chosen(TeacherChoices).sample

    def work() -> Iterator[tuple[str, RecoveryCounts]]:
        for name in names:
            metadata = models.catalogue()[name]
            task = models.task_of(name)
            items = items_of(task, held_out_examples(task, count), metadata.source_vocab, metadata.target_vocab)
            # A model may have been built for shorter examples than its task has.
            items = [item for item in items if len(item.reference) <= metadata.config.max_target_len]
            for counts in measure_recovery(models.model(name), items, AT_A_TIME):
                yield name, counts

    total = len(names) * math.ceil(count / AT_A_TIME)
    jobs.panel(current, "measure_feeds", key=(names, count), total=total, work=work, draw=draw)


def draw(results: Sequence[tuple[str, RecoveryCounts]]) -> None:
    """Draw what was measured so far, a row a model."""
    if not results:
        return
    names = list(dict.fromkeys(name for name, _ in results))
    sums = {name: sum((counts for of, counts in results if of == name), Counter()) for name in names}
    titles = [as_plain(title_of(name)) for name in names]
    measures = zip(MEASURES, *(format_shares(sums[name]) for name in names), strict=True)
    rows = [[t(f"teacher_forcing.column_{measure}"), *values] for measure, *values in measures]
    st.markdown(table([t("teacher_forcing.measure_of"), *titles], rows))
    first = sums[names[0]]
    st.caption(t("teacher_forcing.measured", items=first["items", 0], injections=in_all(first, "injected")))


def format_shares(counts: RecoveryCounts) -> list[str]:
    """Write every share of a model; damage in edits."""
    found = shares(counts)
    return [f"{found[name]:.2f}" if name == "damage" else f"{found[name]:.1%}" for name in MEASURES]
