"""Measured here and now, on a sample of the test set: without the silenced heads, and without each head alone."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import streamlit as st
import torch

from core.evaluation.ablation import Ablation, ablate, parts
from core.evaluation.held_out import held_out_examples
from core.evaluation.silencing import AT_A_TIME, Comparison, compare_outputs, in_all
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models
from core.switches import AttentionKind, Switches
from pages.heads.choices import KINDS, Head, HeadsChoices, layers_of
from pages.heads.shipped_ablation import COMMAND
from pages.shared import jobs
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_code, t
from pages.shared.widgets.controls import choice


def measurements(current: AppState, model: str, silenced: tuple[Head, ...]) -> None:
    """Draw how many examples to measure on, and the two measurements."""
    choice(current, HeadsChoices, "sample")
    sample = current.chosen(HeadsChoices).sample
    if silenced:
        measure_set(current, model, silenced, sample)
    else:
        st.caption(t("heads.silence_to_measure"))
    measure_heads(current, model, sample)


def measure_set(current: AppState, model: str, silenced: tuple[Head, ...], count: int) -> None:
    """Compare the whole model with the one without the silenced heads."""
    switches = Switches(silenced=frozenset(head.intervention for head in silenced))

    def work() -> Iterator[Comparison]:
        metadata = models.catalogue()[model]
        task = models.task_of(model)
        yield from compare_outputs(
            models.model(model), task, metadata.source_vocab, metadata.target_vocab, held_out_examples(task, count),
            switches,
        )  # fmt: skip

    def draw(results: Sequence[Comparison]) -> None:
        if not results:
            return
        found = in_all(results)
        before, after = f"{found.before / found.seen:.1%}", f"{found.after / found.seen:.1%}"
        counts = {"examples": found.seen, "lost": found.lost, "gained": found.gained, "count": len(silenced)}
        st.markdown(t("heads.measured_set", before=before, after=after, **counts))

    jobs.panel(
        current, "measure_set", key=(model, silenced, count), total=math.ceil(count / AT_A_TIME), work=work, draw=draw
    )


def measure_heads(current: AppState, model: str, count: int) -> None:
    """Take every head of the model out alone."""
    metadata = models.catalogue()[model]
    heads = [part for part in parts(metadata.config) if part.kind == "head"]

    def work() -> Iterator[Ablation]:
        task = models.task_of(model)
        examples = held_out_examples(task, count)
        yield from ablate(
            models.model(model), task, metadata.source_vocab, metadata.target_vocab, examples, heads
        )  # fmt: skip

    def draw(results: Sequence[Ablation]) -> None:
        if results:
            draw_map(current, model, results)

    jobs.panel(current, "measure_heads", key=(model, count), total=len(heads) + 1, work=work, draw=draw)


def draw_map(current: AppState, model: str, results: Sequence[Ablation]) -> None:
    """Draw the change without each head that was measured so far, in points."""
    whole, *alone = results
    points = {(result.part.name, result.part.head): 100 * result.change for result in alone}
    if points:
        panels = [points_panel(model, attention, points) for attention in KINDS]
        board_view(Board([Line(panels)], t("heads.measured_hint")), current, key="measured-heads")
    command = as_code(COMMAND.format(model=model, examples=whole.seen))
    st.caption(t("heads.measured_heads", right=whole.right, examples=whole.seen, command=command))


def points_panel(model: str, attention: AttentionKind, points: Mapping[tuple[str, int | None], float]) -> Panel:
    """Return the heads of one attention, layers by heads, with their change in points; NaN is not measured yet."""
    config = models.catalogue()[model].config
    layers, heads = range(layers_of(config, attention)), range(config.num_heads)
    values = torch.full((len(layers), len(heads)), torch.nan)
    for layer, head in product(layers, heads):
        taken = Head(attention, layer, head).intervention
        values[layer, head] = points.get((taken.attention, taken.head), torch.nan)
    return Panel(
        id=f"measured-{attention}", title=t(f"heads.group_{attention}"), values=values, digits=1,
        rows=[str(layer + 1) for layer in layers], columns=[str(head + 1) for head in heads],
        name=t("heads.change_name"),
    )  # fmt: skip
