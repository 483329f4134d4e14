"""The controls of "Self-attention by hand"."""

import streamlit as st

from pages.by_hand.choices import (
    NORMALIZERS,
    SCORES,
    SHOWS,
    HandChoices,
    draw_anew,
    reset,
    take_seed,
)  # fmt: skip
from pages.shared.state import ATTENTIONS, AppState
from pages.shared.text import t
from pages.shared.walk.model import ModelWalk
from pages.shared.widgets.controls import controlled, pressed


def show_control(current: AppState) -> None:
    """Draw the choice between one query, all at once, two layers and the loaded model."""
    controlled(
        st.segmented_control, "show", current.chosen(HandChoices).show,
        lambda show: current.choose(HandChoices, show=show), options=SHOWS, required=True,
        format_func=lambda show: t(f"hand.show_{show}"), label_visibility="collapsed",
    )  # fmt: skip


def number_controls(current: AppState) -> None:
    """Draw what the numbers start from: tokens, width, seed; and the ways back."""
    choices = current.chosen(HandChoices)
    controlled(
        st.text_input, "tokens", choices.tokens,
        lambda text: current.choose(HandChoices, undo_as=f"tokens {text}", tokens=text),
        max_chars=HandChoices.longest("tokens"),
    )  # fmt: skip
    controlled(
        st.slider, "width", choices.width,
        lambda width: current.choose(HandChoices, undo_as=f"width {width}", width=width),
        **HandChoices.bounds("width"),
    )  # fmt: skip
    controlled(
        st.number_input,
        "seed",
        choices.seed,
        lambda seed: take_seed(current, seed),
        **HandChoices.bounds("seed"),
    )
    with st.container(horizontal=True, key="hand-buttons"):
        for name, act, useless in (
            ("draw", lambda: draw_anew(current), False),
            ("undo", lambda: current.undo(HandChoices), not current.selection.undo.get(HandChoices)),
            ("reset_numbers", lambda: reset(current), False),
        ):
            pressed(name, act, disabled=useless)


def method_controls(current: AppState) -> None:
    """Draw how queries are compared with keys, how scores become weights, and whose row is looked at."""
    choices = current.chosen(HandChoices)
    with st.container(horizontal=True, key="hand-method"):
        for name, options in (("score", SCORES), ("normalizer", NORMALIZERS)):
            controlled(
                st.segmented_control, name, getattr(choices, name),
                lambda chosen, name=name: current.choose(HandChoices, **{name: chosen}), options=options, required=True,
                format_func=lambda chosen, name=name: t(f"hand.{name}_{chosen}"),
            )  # fmt: skip
        controlled(
            st.slider, "temperature", choices.temperature,
            lambda number: current.choose(HandChoices, temperature=number), step=0.1, width=180,
            **HandChoices.bounds("temperature"),
        )  # fmt: skip
        names = choices.names
        controlled(
            st.segmented_control, "query", choices.row, lambda row: current.choose(HandChoices, query=row + 1),
            options=range(len(names)), required=True, format_func=lambda row: names[row],
        )  # fmt: skip


def model_controls(current: AppState, walked: ModelWalk) -> None:
    """Draw which attention of the model is looked at."""
    controlled(
        st.segmented_control, "attention", current.view.attention, lambda name: current.look(attention=name),
        options=ATTENTIONS, required=True, format_func=lambda name: t(f"view.name_{name}"),
    )  # fmt: skip
