"""The controls of the Block page."""

import streamlit as st

from core.run.runs import RunSpec
from pages.block.choices import MOST_OTHERS, BlockChoices
from pages.block.costs import run_lengths
from pages.block.norm import NormPlace, norm_parts
from pages.block.place import Place, side_of
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice, controlled, pressed, strip

SIDES = ("encoder", "decoder")


def place_controls(current: AppState, place: Place, norms: bool) -> None:
    """Draw which token is looked at on which side and in which layer and, with `norms`, at which norm."""
    with st.container(horizontal=True, key="block-place"):
        controlled(
            st.segmented_control, "block_side", place.side, lambda side: look_at_side(current, side), options=SIDES,
            required=True, format_func=lambda side: t(f"block.side_{side}"),
        )  # fmt: skip
        controlled(
            st.segmented_control, "block_layer", place.layer + 1, lambda layer: current.look(layer=layer - 1),
            options=range(1, place.layers + 1), required=True,
        )  # fmt: skip
        if norms and (parts := norm_parts(place)):
            choice(current, BlockChoices, "norm_part", options=parts)
        with st.container(key="block-tokens"):
            strip("block_token", place.names, place.row, lambda row: look_at_token(current, row))


def look_at_side(current: AppState, side: str) -> None:
    """Look at one side; on the decoder's, at the attention that was looked at there, or the cross-attention."""
    if side != side_of(current.view):
        current.look(attention="encoder" if side == "encoder" else "cross")


def look_at_token(current: AppState, row: int) -> None:
    """Look at one token: a row of the encoder, or a step of the decoder."""
    current.look(**({"row": row} if side_of(current.view) == "encoder" else {"step": row + 1}))


def batch_controls(current: AppState, found: NormPlace) -> None:
    """Draw how many other examples share the batch, and from which on."""
    choices = current.chosen(BlockChoices)
    with st.container(horizontal=True, key="block-batch", vertical_alignment="bottom"):
        choice(current, BlockChoices, "batch_others", max_value=min(MOST_OTHERS, len(found.others)), width=260)
        pressed(
            "batch_next",
            lambda: current.choose(BlockChoices, batch_first=choices.batch_first % len(found.others) + 1),
        )


def cost_controls(current: AppState, spec: RunSpec) -> None:
    """Draw the lengths that the costs are counted for, and the way back to those of the run."""
    choices, lengths = current.chosen(BlockChoices), run_lengths(spec)
    with st.container(horizontal=True, key="block-lengths", vertical_alignment="bottom"):
        for name, usual in zip(("cost_source", "cost_target"), lengths, strict=True):
            choice(current, BlockChoices, name, value=getattr(choices, name) or usual, min_value=1, width=320)
        pressed(
            "cost_run", lambda: current.choose(BlockChoices, cost_source=0, cost_target=0),
            disabled=not (choices.cost_source or choices.cost_target),
        )  # fmt: skip
