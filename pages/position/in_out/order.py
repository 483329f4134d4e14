"""Interleaved or in halves: the encodings' dimensions in two orders, and the dot products that both give."""

import streamlit as st
from torch import Tensor

from core.analysis.in_and_out import halves_order
from core.figures.boards import Board, Line
from core.figures.panels import ALL, COLUMN, ROW, Derivation, Panel, Ref
from pages.position.encoding import encoding_of
from pages.position.in_out.common import (
    MOST_NUMBERS,
    encodings_of,
    outcome_table,
    tokens_of,
    written_changed,
    written_plain,
)
from pages.shared.browser.components import board_view
from pages.shared.run.runs import RunSpec
from pages.shared.state import AppState
from pages.shared.text import powers, t

TABLE, PRODUCTS = 256, 300  # px


def order_view(current: AppState, spec: RunSpec) -> None:
    """Draw the encodings in both orders and their dot products, and what the trained model makes of the other one."""
    interleaved = encodings_of(spec)
    halves = interleaved[:, halves_order(interleaved.shape[1])]
    apart = float((interleaved @ interleaved.T - halves @ halves.T).abs().max())
    own = encoding_of(spec.model).own
    equal = t("in_out.add_rounding", apart=powers(f"{apart:.1e}")) if apart else t("in_out.add_exact")
    st.markdown(t("in_out.order_claim", equal=equal))
    board_view(order_board(spec, interleaved, halves), current, key="in-out-order")
    if own:
        plain, other = written_plain(spec), written_changed(spec, "in_halves")
        outcome_table(spec, {t("in_out.order_trained"): plain, t("in_out.order_other"): other})
        st.markdown(t("in_out.order_same" if plain == other else "in_out.order_differs"))
    else:
        st.caption(t("in_out.order_none"))


def order_board(spec: RunSpec, interleaved: Tensor, halves: Tensor) -> Board:
    """Return both tables, and below them the dot products of every two positions."""
    names, width = [f"{place} {token}" for place, token in enumerate(tokens_of(spec), start=1)], interleaved.shape[1]
    orders = {"interleaved": list(range(width)), "halves": halves_order(width).tolist()}
    numbers = len(names) <= MOST_NUMBERS

    def encoding(name: str, values: Tensor, labels: bool) -> Panel:
        return Panel(
            id=name, title=t(f"in_out.order_{name}"), note=t(f"in_out.order_note_{name}"), values=values, rows=names,
            columns=[str(i) for i in orders[name]], column_labels=False, row_labels=labels, numbers=False,
            cell=max(2, TABLE // width), name=t("in_out.order_cell"), legend=t("in_out.legend"),
        )  # fmt: skip

    def products(name: str, values: Tensor, labels: bool) -> Panel:
        made = Derivation("{$0×$1} = {=}", (Ref(name, ROW, ALL), Ref(name, COLUMN, ALL)))
        return Panel(
            id=f"products_{name}", title=t(f"in_out.products_{name}"), values=values @ values.T, rows=names,
            columns=[str(place) for place in range(1, len(names) + 1)], row_labels=labels, digits=1, numbers=numbers,
            made=made, name=t("in_out.products_cell"), cell=None if numbers else max(4, PRODUCTS // len(names)),
            legend=t("in_out.legend"),
        )  # fmt: skip

    lines = [
        Line([encoding("interleaved", interleaved, labels=True), encoding("halves", halves, labels=False)]),
        Line([products("interleaved", interleaved, labels=True), "=", products("halves", halves, labels=False)]),
    ]
    return Board(lines, t("in_out.order_summary"))
