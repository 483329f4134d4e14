"""Tied weights: a token's row as it is read and as the output layer has it, and its logit as their dot product."""

import streamlit as st

from core.figures.boards import Board, Line
from core.figures.panels import ALL, COLUMN, Derivation, Ref, total
from core.run import models
from core.run.runs import RunSpec
from pages.position.choices import PositionChoices
from pages.position.in_out.common import single, strip
from pages.position.in_out.steps import WayOut, names_of_target, step_strip, way_out
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_plain, powers, t
from pages.shared.widgets.controls import choice
from pages.shared.widgets.tokens import MOST_LISTED, offered_tokens, token_field


def tied_view(current: AppState, spec: RunSpec) -> None:
    """Draw one token's row going in and coming out, and its logit at the chosen step."""
    out, names = way_out(spec, current.view.step), names_of_target(spec)
    model, symbol = models.model(spec.model), chosen_symbol(current, out, len(names))
    rows = model.target_embedding.weight, model.output.weight
    apart = float((rows[0][symbol] - rows[1][symbol]).abs().max())
    key = "in_out.tied_claim" if apart == 0 else "in_out.untied_claim"
    words = {"token": as_plain(names[symbol]), "apart": powers(f"{apart:.2g}"), "width": spec.config.d_model}
    st.markdown(t(key, **words, same=same_rows(spec)))
    step_strip(current, spec, out)
    vocab, chosen = models.catalogue()[spec.model].target_vocab, min(current.chosen(PositionChoices).symbol, len(names))
    listed = range(len(names)) if len(names) <= MOST_LISTED else offered_tokens(vocab, out.logits, also=[symbol])
    shown = {0: t("in_out.symbol_predicted", token=names[out.predicted])} | {n + 1: names[n] for n in listed}
    choice(
        current, PositionChoices, "symbol", value=chosen, options=list(shown), format_func=shown.__getitem__, width=260,
    )  # fmt: skip
    token_field(current, vocab, lambda token: current.choose(PositionChoices, symbol=token + 1))
    board_view(tied_board, current, key="in-out-tied")
    st.caption(t(f"in_out.tying_{spec.config.tying}"))


def chosen_symbol(current: AppState, out: WayOut, count: int) -> int:
    """Return the id of the token that is looked at."""
    symbol = current.chosen(PositionChoices).symbol
    return out.predicted if symbol == 0 else min(symbol, count) - 1


def same_rows(spec: RunSpec) -> int:
    """Count the tokens whose rows are the same going in and coming out."""
    model = models.model(spec.model)
    return int((model.target_embedding.weight == model.output.weight).all(-1).sum())


def tied_board(current: AppState) -> Board:
    """Return the two rows, the final state, their products, and the logit that these add up to."""
    spec, out = current.shown, way_out(current.shown, current.view.step)
    names, model = names_of_target(spec), models.model(spec.model)
    symbol = chosen_symbol(current, out, len(names))
    name = names[symbol]
    row, bias = model.output.weight[symbol], model.output_bias[symbol]
    products = row * out.state
    multiplied = Derivation("{$0×$1} = {=}", (Ref("out", 0, COLUMN), Ref("state", 0, COLUMN)))
    strips = [
        strip("in", model.target_embedding.weight[symbol], token=name),
        strip("out", row, token=name),
        strip("state", out.state, step=out.row + 1),
        strip("products", products, multiplied),
    ]
    added = Derivation("{$0} + {$1} = {=}", (Ref("sum", 0, 0), Ref("bias", 0, 0)))
    numbers = [
        single("sum", products.sum(), total("products", 0, ALL)), "+", single("bias", bias), "=",
        single("logit", out.logits[symbol], added),
    ]  # fmt: skip
    return Board([Line([strips]), Line(numbers, t("in_out.tied_sum", token=name))], t("in_out.tied_summary"))
