"""Both ways of writing measured here and now, on a sample of held-out examples, in a thread of its own."""

import random
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from core.evaluation.side_by_side import WAYS, OutputPair, side_by_side
from core.figures.lines import millisecond_lines, share_lines
from core.run import models
from core.run.titles import title_of
from core.tasks import Example
from pages.non_autoregressive.choices import AllAtOnceChoices
from pages.non_autoregressive.writing import Pair, as_writer
from pages.shared import jobs
from pages.shared.state import AppState
from pages.shared.text import as_plain, t, table

SAMPLE = 200
FEWEST = 5  # examples of a length, below which it is left out of the chart
PLAIN = {"displayModeBar": False}


def measure_section(current: AppState, pair: Pair) -> None:
    """Draw the button that starts the measurement, and what came of it so far."""
    passes = current.chosen(AllAtOnceChoices).passes
    if pair.beside is None:
        st.text(t("non_autoregressive.no_partner"))
        return
    writer, beside = pair.writer, pair.beside
    st.caption(t("non_autoregressive.measure_explained", count=SAMPLE, passes=passes))
    jobs.panel(
        current, "measure_ways", key=(writer, beside, passes), total=SAMPLE,
        work=lambda: measure_both(writer, beside, passes), draw=lambda found: draw(found, beside, passes),
    )  # fmt: skip


def measure_both(writer: str, beside: str, passes: int) -> Iterator[OutputPair]:
    """Write a sample of the test set each way."""
    sample = sample_of(writer)
    return side_by_side(as_writer(writer), as_writer(beside), sample, passes)


def sample_of(writer: str) -> list[Example]:
    """Draw held-out examples of a model's task, all of them where there are few."""
    examples = models.task_of(writer).held_out("test")
    return random.Random(0).sample(examples, min(SAMPLE, len(examples)))


def names(beside: str, passes: int) -> dict[str, str]:
    """Return what each way is called."""
    return {
        "one_pass": t("non_autoregressive.way_one_pass"),
        "refined": t("non_autoregressive.way_refined", passes=passes),
        "steps": t("non_autoregressive.way_steps", model=title_of(beside)),
    }


def draw(found: Sequence[OutputPair], beside: str, passes: int) -> None:
    """Draw accuracy, passes and time of each way, in all and by length."""
    if not found:
        return
    called = names(beside, passes)
    slow = statistics.median(each.seconds["steps"] for each in found)
    rows = []
    for way in WAYS:
        spent = statistics.median(each.seconds[way] for each in found)
        rows.append([
            as_plain(called[way]), f"{sum(each.right[way] for each in found) / len(found):.1%}",
            f"{statistics.mean(each.passes[way] for each in found):.1f}", f"{1000 * spent:.1f}",
            f"{slow / max(spent, 1e-9):.2f} ×",
        ])  # fmt: skip
    head = [t(f"column.{name}") for name in ("way", "exact", "passes", "milliseconds", "speed")]
    st.markdown(table(head, rows))
    st.caption(t("non_autoregressive.measured", count=len(found)))
    charts(found, called)


def charts(found: Sequence[OutputPair], called: Mapping[str, str]) -> None:
    """Draw accuracy and time by length, where there are several lengths."""
    by_length: dict[int, list[OutputPair]] = defaultdict(list)
    for each in found:
        by_length[each.length].append(each)
    lengths = sorted(length for length, group in by_length.items() if len(group) >= FEWEST)
    if len(lengths) < 2:
        return
    groups = [by_length[length] for length in lengths]
    right_shares = {called[way]: [statistics.mean(x.right[way] for x in group) for group in groups] for way in WAYS}
    times = {called[way]: [1000 * statistics.median(x.seconds[way] for x in group) for group in groups] for way in WAYS}
    axis = t("non_autoregressive.target_length")
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(share_lines(lengths, right_shares, axis, height=240), config=PLAIN)
    with right:
        st.plotly_chart(millisecond_lines(lengths, times, axis, t("column.milliseconds"), height=240), config=PLAIN)
