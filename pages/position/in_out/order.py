"""Interleaved or in halves: the encodings' dimensions in two orders, and the dot products that both give."""

from typing import Any

import streamlit as st
from torch import Tensor

from core.analysis.in_and_out import halves_order
from core.figures.boards import Board, Line
from core.figures.panels import ALL, COLUMN, ROW, Derivation, Panel, Ref
from core.run.runs import RunSpec
from pages.position.encoding import encoding_of
from pages.position.in_out.common import encodings_of, outcome_table, tokens_of, written_changed, written_plain
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import powers, t

TABLE, PRODUCTS = 256, 120  # px


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
    """Return both tables, and beside them the dot products of every two positions."""
    names, width = [f"{place} {token}" for place, token in enumerate(tokens_of(spec), start=1)], interleaved.shape[1]
    orders = {"interleaved": list(range(width)), "halves": halves_order(width).tolist()}

    def panel(key: str, title: str, values: Tensor, columns: list[int], room: int, **own: Any) -> Panel:
        return Panel(
            id=key, title=t(f"in_out.{title}"), values=values, rows=names, columns=[str(each) for each in columns],
            row_labels=key == "interleaved", numbers=False, cell=max(2, room // len(columns)),
            legend=t("in_out.legend"), **own,
        )  # fmt: skip

    def encoding(name: str, values: Tensor) -> Panel:
        note, said = t(f"in_out.order_note_{name}"), t("in_out.order_cell")
        return panel(name, f"order_{name}", values, orders[name], TABLE, note=note, name=said, column_labels=False)

    def products(name: str, values: Tensor) -> Panel:
        made = Derivation("{$0×$1} = {=}", (Ref(name, ROW, ALL), Ref(name, COLUMN, ALL)))
        said, places = t("in_out.products_cell"), list(range(1, len(names) + 1))
        return panel(f"products_{name}", f"products_{name}", values @ values.T, places, PRODUCTS, made=made, name=said)

    tables = [encoding("interleaved", interleaved), encoding("halves", halves)]
    dots = [products("interleaved", interleaved), "=", products("halves", halves)]
    return Board([Line([*tables, "   ", *dots])], t("in_out.order_summary"))
