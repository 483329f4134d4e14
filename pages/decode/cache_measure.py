"""The time of a step as the target grows, measured here and now on the loaded model, beside what is counted."""

import statistics
from collections.abc import Iterator, Sequence

import streamlit as st
import torch

from core.analysis.cache.step_costs import step_costs, totals
from core.analysis.cache.step_times import StepTimes, time_steps
from core.config import ModelConfig
from core.run import models, runs
from core.run.runs import RunSpec
from pages.shared import jobs
from pages.shared.state import AppState
from pages.shared.text import listed, t, table

LENGTHS = (8, 16, 32, 64, 128)
ROUNDS = 9


def lengths_of(config: ModelConfig) -> tuple[int, ...]:
    """Return the lengths that a model can be timed at: a table of learned positions ends."""
    longest = config.max_target_len if config.position == "learned" else LENGTHS[-1]
    return tuple(length for length in LENGTHS if length <= longest) or (longest,)


def measure(spec: RunSpec) -> Iterator[StepTimes]:
    """Time the step at every length, reading what the run read over and over.

    Raises: Unreadable if the source cannot be run.
    """
    lengths, read = lengths_of(spec.config), runs.trace(spec).read()
    source = torch.tensor([runs.source_ids(spec)])
    repeated = read.repeat(max(lengths) // len(read) + 1)[None, : max(lengths)]
    return time_steps(models.model(spec.model), source, repeated, lengths, spec.switches, ROUNDS)


def measure_panel(current: AppState, spec: RunSpec) -> None:
    """Draw the button that starts the measurement, and the table of what was counted and measured."""
    st.caption(t("cache.measure_explained", lengths=listed(map(str, lengths_of(spec.config))), rounds=ROUNDS))
    jobs.panel(
        current, "measure_cache", key=spec, total=ROUNDS, work=lambda: measure(spec),
        draw=lambda found: draw_times(spec, found),
    )  # fmt: skip


def draw_times(spec: RunSpec, found: Sequence[StepTimes]) -> None:
    """Write multiplications and median times at each length, and how they compare."""
    if not found:
        return
    rows = []
    for place, length in enumerate(found[0].lengths):
        cached, recomputed = totals(step_costs(spec.config, len(runs.source_ids(spec)), length))
        fast, slow = (
            statistics.median(getattr(each, way)[place] for each in found) for way in ("cached", "recomputed")
        )
        rows.append([
            str(length), f"{cached:,}", f"{recomputed:,}", f"{recomputed / cached:.1f} ×",
            f"{1000 * fast:.2f}", f"{1000 * slow:.2f}", f"{slow / max(fast, 1e-9):.1f} ×",
        ])  # fmt: skip
    columns = ("length", "cached", "recomputed", "ratio", "cached_ms", "recomputed_ms", "time_ratio")
    with st.container(key="dense-table-times"):
        st.markdown(table([t(f"cache.column_{name}") for name in columns], rows))
    st.caption(t("cache.measured", rounds=len(found), writes=spec.config.max_target_len))
