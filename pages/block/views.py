"""The four views of the Block page: read what is chosen, compute, draw."""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go
import streamlit as st

from core.figures.boards import Board
from core.figures.cost_bars import cost_bars
from core.figures.number_lines import number_lines
from core.figures.stream import length_lines
from core.run import runs
from core.run.titles import title_of
from pages.block.choices import BlockChoices, choose_feature, toggle_part
from pages.block.controls import batch_controls, cost_controls, place_controls
from pages.block.costs import GROWTH, cost_table, costs_of, growth
from pages.block.diagram import block_diagram
from pages.block.norm import feature_of, moves, norm_place, others_in
from pages.block.norm_lines import norm_lines
from pages.block.outcome import outcome_lines, output_text
from pages.block.parts_map import parts_map
from pages.block.place import Place, place_of
from pages.block.skip import (
    CHUNK,
    MEASURED,
    Count,
    ablation_sentence,
    map_payload,
    measure_parts,
    skipped_of,
    switches_of,
    total_of,
)  # fmt: skip
from pages.block.stream import counterpart, counterpart_place, lengths, same_but_for_the_norm, stream_lines
from pages.shared import jobs
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_plain, t
from pages.shared.widgets.controls import pressed

PLAIN = {"displayModeBar": False}
STYLE = """<style>
.st-key-block-tokens { flex: 1 1 100%; }
.st-key-block-row { flex-wrap: wrap; }
.st-key-block-row > :has(.st-key-block-board) { flex: 1 1 BOARDpx !important; min-width: 0; }
.st-key-block-row > :has(.st-key-block-chart) { flex: 1 1 340px !important; min-width: 0; }
</style>"""
# What a strip needs beside its cells, of which each is at least six pixels wide: its name, and its length.
BESIDE, CELL = 164, 6


def style(width: int) -> None:
    """Let strips of this width and a chart stand beside each other where there is room for both."""
    st.html(STYLE.replace("BOARD", str(BESIDE + CELL * width)))


def stream_view(current: AppState) -> None:
    """Show a token's vectors through one layer, and their lengths through all layers, in two kinds of model."""
    place = place_of(current.shown, current.view)
    above = st.container()
    style(place.config.d_model)
    with st.container(horizontal=True, key="block-row"):
        with st.container(key="block-board"):  # first, since it is what the visitor waits for
            board_view(
                stream_board, current, key="block-stream", on_click=lambda cell: choose_feature(current, cell)
            )  # fmt: skip
        with st.container(key="block-chart"):
            st.plotly_chart(lengths_figure(place, current), config=PLAIN)
            st.caption(counterpart_caption(place.spec.model))
    with above:
        place_controls(current, place, norms=False)
        block_diagram(place.config, place.side)
        if place.side == "decoder" and not place.spec.causal:
            st.caption(t("block.not_causal"))


def stream_board(current: AppState) -> Board:
    """Return a token's vectors through one layer."""
    return Board(stream_lines(place_of(current.shown, current.view)), t("block.stream_summary"))


def lengths_figure(place: Place, current: AppState) -> go.Figure:
    """Return the lengths of the token's vectors through all layers, beside those in the model of the other kind."""
    places = [place, counterpart_place(place, current.view)]
    charts = [lengths(each, title_of(each.spec.model)) for each in places if each is not None]
    return length_lines(charts, t("block.series_goes_on"), t("block.length"))


def counterpart_caption(name: str) -> str:
    """Say what the second chart shows, or why there is none."""
    other = counterpart(name)
    if other is None:
        return t("block.no_counterpart", model=as_plain(title_of(name)))
    key = "block.counterpart_alike" if same_but_for_the_norm(name, other) else "block.counterpart_unlike"
    return t(key, model=as_plain(title_of(other)))


def norm_view(current: AppState) -> None:
    """Show LayerNorm at work on one vector, beside what BatchNorm would make of it."""
    place = place_of(current.shown, current.view)
    style(place.config.d_model)
    place_controls(current, place, norms=True)
    choices = current.chosen(BlockChoices)
    found = norm_place(place, choices)
    if found is None:
        st.text(t("block.no_norm", model=title_of(place.spec.model)))
        return
    batch_controls(current, found)
    others = others_in(found, choices.batch_others)
    with st.container(horizontal=True, key="block-row"):
        with st.container(key="block-board"):
            board_view(norm_board, current, key="block-norm", on_click=lambda cell: choose_feature(current, cell))
        with st.container(key="block-chart"):
            moved = moves(found)
            counts = range(len(next(iter(moved.values()))))
            titles = t("block.batch_axis"), t("block.moved_axis")
            st.plotly_chart(number_lines(counts, moved, titles, here=len(others)), config=PLAIN)
            st.text(t("block.others", sources=" · ".join(each.source for each in others) or t("block.nobody")))


def norm_board(current: AppState) -> Board | None:
    """Return LayerNorm at work on one vector, None if there is no norm."""
    choices = current.chosen(BlockChoices)
    found = norm_place(place_of(current.shown, current.view), choices)
    if found is None:
        return None
    others = others_in(found, choices.batch_others)
    return Board(norm_lines(found, feature_of(found, choices.feature), len(others)), t("block.norm_summary"))


def skip_view(current: AppState) -> None:
    """Show the map of parts, what the model writes without those that are left out, and what that costs on tests."""
    spec = current.shown
    skipped = skipped_of(spec, current.chosen(BlockChoices).skip)
    parts_map(map_payload(spec, skipped), lambda part: toggle_part(current, part))
    whole = output_text(spec, runs.trace(spec))
    summary = t("block.skip_summary")
    if skipped:
        summary = t(
            "block.skip_changed", whole=whole, without=output_text(spec, runs.trace(spec, switches_of(spec, skipped)))
        )
    board_view(Board(outcome_lines(spec, skipped), summary), current, key="block-skip")
    back, measure = st.columns([1, 5])
    with back:
        pressed("skip_none", lambda: current.choose(BlockChoices, skip=frozenset()), disabled=not skipped)
    with measure:
        if skipped:
            jobs.panel(
                current, "measure_parts", key=(spec.model, switches_of(spec, skipped)), total=MEASURED // CHUNK,
                work=lambda: measure_parts(spec, skipped), draw=draw_counts,
            )  # fmt: skip
    st.text(ablation_sentence(spec.model, skipped))


def draw_counts(counts: Sequence[Count]) -> None:
    """Say what has been counted so far."""
    if counts:
        total = total_of(counts)
        st.text(
            t(
                "block.measured", seen=total.seen, whole=f"{total.whole / total.seen:.1%}",
                without=f"{total.without / total.seen:.1%}",
            )
        )  # fmt: skip


def cost_view(current: AppState) -> None:
    """Show what each part costs, in parameters and in multiplications, for chosen lengths."""
    spec = current.shown
    cost_controls(current, spec)
    costs = costs_of(spec, current.chosen(BlockChoices))
    metrics = (
        ("parameters", f"{costs.parameters:,}"),
        ("macs", f"{costs.macs:,}"),
        ("share", f"{costs.pairwise / costs.macs:.1%}"),
    )
    for column, (name, value) in zip(st.columns(len(metrics)), metrics, strict=True):
        column.metric(t(f"block.metric_{name}"), value, help=t(f"block.metric_{name}_help"))
    bars, lines = st.columns([3, 2], gap="medium")
    with bars:
        kinds = costs.by_kind()
        held, by_length, by_pairs = zip(*kinds.values(), strict=True)
        titles = t("block.metric_parameters"), t("block.metric_macs")
        names = t("block.by_length"), t("block.by_pairs")
        labels = [t(f"block.kind_{kind}") for kind in kinds]
        st.plotly_chart(cost_bars(labels, held, by_length, by_pairs, titles, names), config=PLAIN)
    with lines:
        titles = t("block.length_axis"), t("block.metric_macs")
        st.plotly_chart(number_lines(GROWTH, growth(costs), titles, here=costs.source, log=True), config=PLAIN)
    table, text_place = st.columns([3, 2], gap="medium")
    with table:
        number = st.column_config.NumberColumn(format="localized")
        rows = cost_table(costs)
        st.dataframe(rows, hide_index=True, height=330, column_config=dict.fromkeys(rows.columns[1:], number))
    with text_place:
        config = costs.config
        st.markdown(t("block.growth_explained", longest=config.max_source_len, writes=config.max_target_len))


VIEWS: dict[str, Callable[[AppState], None]] = {
    "stream": stream_view, "norm": norm_view, "skip": skip_view, "cost": cost_view,
}  # fmt: skip
