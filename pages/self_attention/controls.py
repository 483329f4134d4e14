"""The controls of "Self-attention by hand"."""

from functools import partial

import streamlit as st

from pages.self_attention.choices import HandChoices, draw_anew, reset, take_seed
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice, controlled, pressed


def show_control(current: AppState) -> None:
    """Draw the choice between one query, all at once, two layers and the loaded model.

    The model is looked at where it attends to itself, as the rest of the page does; cross-attention can be chosen then.
    """

    def take(show: str) -> None:
        if show == "model" and current.view.attention == "cross":
            current.look(attention="encoder")
        current.choose(HandChoices, show=show)

    choice(current, HandChoices, "show", take, label_visibility="collapsed")


def number_controls(current: AppState) -> None:
    """Draw what the numbers start from: tokens, width, seed; and the ways back."""

    def take(name: str, value: str | int) -> None:
        current.choose(HandChoices, undo_as=f"{name} {value}", **{name: value})

    choice(current, HandChoices, "tokens", partial(take, "tokens"))
    choice(current, HandChoices, "width", partial(take, "width"))
    choice(current, HandChoices, "seed", lambda seed: take_seed(current, seed))
    with st.container(horizontal=True, key="hand-buttons"):
        pressed("draw", lambda: draw_anew(current))
        pressed("undo", lambda: current.undo(HandChoices), not current.selection.undo.get(HandChoices))
        pressed("reset_numbers", lambda: reset(current))


def method_controls(current: AppState) -> None:
    """Draw how queries are compared with keys, how scores become weights, and whose row is looked at."""
    choices = current.chosen(HandChoices)
    with st.container(horizontal=True, key="hand-method"):
        choice(current, HandChoices, "score")
        choice(current, HandChoices, "normalizer")
        choice(current, HandChoices, "temperature", width=180)
        names = choices.names
        controlled(
            st.segmented_control, "query", choices.row, lambda row: current.choose(HandChoices, query=row + 1),
            options=range(len(names)), required=True, format_func=lambda row: names[row],
        )  # fmt: skip
