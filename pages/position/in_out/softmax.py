"""Logits → probabilities: each division and exponential of the chosen step's softmax, at a temperature."""

import streamlit as st
import torch
from torch import Tensor

from core.figures.boards import Board, Line
from core.figures.panels import ALL, ROW, Derivation, Panel, Ref, total
from core.run.runs import RunSpec
from pages.position.choices import PositionChoices
from pages.position.in_out.common import single
from pages.position.in_out.steps import names_of_target, step_strip, way_out
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_plain, t
from pages.shared.widgets.controls import choice

MOST_TOKENS = 15


def softmax_view(current: AppState, spec: RunSpec) -> None:
    """Draw how the logits of the chosen step become probabilities."""
    out, names = way_out(spec, current.view.step), names_of_target(spec)
    temperature = current.chosen(PositionChoices).temperature
    best, plain = names[out.predicted], probabilities(out.logits, 1.0)
    warm = probabilities(out.logits, temperature)
    words = {
        "token": as_plain(best), "plain": percent(plain[out.predicted]), "warm": percent(warm[out.predicted]),
        "temperature": f"{temperature:g}", "entropy": f"{entropy(warm):.3f}", "before": f"{entropy(plain):.3f}",
    }  # fmt: skip
    st.markdown(t("in_out.softmax_claim" if temperature == 1 else "in_out.softmax_claim_warm", **words))
    step_strip(current, spec, out)
    choice(current, PositionChoices, "temperature", width=360)
    board_view(softmax_board, current, key="in-out-softmax")
    st.caption(t("in_out.softmax_order"))


def probabilities(logits: Tensor, temperature: float) -> Tensor:
    """Return the softmax of logits that are divided by a temperature. Shapes: [V] → [V]"""
    return (logits / temperature).softmax(-1)


def entropy(found: Tensor) -> float:
    """Return how unsure a distribution is. Shapes: found [V]. Units: nats"""
    return float(-(found * found.clamp(min=torch.finfo(found.dtype).tiny).log()).sum())


def percent(share: Tensor) -> str:
    """Write a probability without calling it certain where it is not."""
    return f"{100 * float(share):.2f} %" if float(share) < 0.99995 else "> 99.99 %"


def softmax_board(current: AppState) -> Board:
    """Return the logits of the likeliest tokens, ÷ T, their exponentials, the sum over all tokens, the quotients."""
    out, names = way_out(current.shown, current.view.step), names_of_target(current.shown)
    temperature = current.chosen(PositionChoices).temperature
    shown = out.logits.topk(min(MOST_TOKENS, len(out.logits)))
    rows, whole = [names[token] for token in shown.indices.tolist()], len(names) <= MOST_TOKENS
    divided = out.logits / temperature
    largest = round(float(divided.max()), 2)  # so that what stands on screen is what is taken off
    powers = (divided - largest).exp()

    def column(name: str, values: Tensor, made: Derivation | None = None, digits: int = 3, **words: object) -> Panel:
        return Panel(
            id=name, title=t(f"in_out.column_{name}", **words), values=values[shown.indices][:, None], rows=rows,
            row_labels=name == "logits", made=made, digits=digits, help=t(f"in_out.explain_{name}"),
            scale="sequential" if name == "shares" else "diverging",
            legend=t(f"in_out.legend{'_shares' if name == 'shares' else ''}"),
        )  # fmt: skip

    by, less = f"{temperature:g}", f"− {largest:.2f}" if largest >= 0 else f"+ {-largest:.2f}"
    quotient = Derivation("{$0} ÷ {$1} = {=}", (Ref("powers", ROW, 0), Ref("total", 0, 0)))
    items = [
        column("logits", out.logits), "→",
        column("divided", divided, Derivation(f"{{$0}} ÷ {by} = {{=}}", (Ref("logits", ROW, 0),)), temperature=by), "→",
        [
            single("total", powers.sum(), total("powers", ALL, 0) if whole else None),
            column("powers", powers, Derivation(f"exp({{$0}} {less}) = {{=}}", (Ref("divided", ROW, 0),)), less=less),
        ], "→",
        column("shares", powers / powers.sum(), quotient, digits=4),
    ]  # fmt: skip
    key = "in_out.softmax_all" if whole else "in_out.softmax_some"
    return Board([Line(items)], t(key, shown=len(rows), all=len(names)))
