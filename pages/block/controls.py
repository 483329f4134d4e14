"""The controls of the Block page."""

import streamlit as st

from pages.block.choices import ASPECTS, LONGEST, MOST_OTHERS, BlockChoices
from pages.block.costs import run_lengths
from pages.block.norm import NormPlace, norm_parts
from pages.block.place import Place, side_of
from pages.shared.run.runs import RunSpec
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import controlled, pressed, strip

SIDES = ("encoder", "decoder")


def aspect_control(current: AppState) -> None:
    """Draw the choice between the page's views."""
    controlled(
        st.segmented_control, "aspect", current.chosen(BlockChoices).aspect,
        lambda aspect: current.choose(BlockChoices, aspect=aspect), options=ASPECTS, required=True,
        format_func=lambda aspect: t(f"block.aspect_{aspect}"), label_visibility="collapsed",
    )  # fmt: skip


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
            chosen = current.chosen(BlockChoices).norm_part
            controlled(
                st.segmented_control, "norm_part", chosen if chosen in parts else "ffn",
                lambda part: current.choose(BlockChoices, norm_part=part), options=parts, required=True,
                format_func=lambda part: t(f"block.norm_{part}"),
            )  # fmt: skip
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
        controlled(
            st.slider, "batch_others", min(choices.batch_others, len(found.others)),
            lambda count: current.choose(BlockChoices, batch_others=count), min_value=0,
            max_value=min(MOST_OTHERS, len(found.others)), width=260,
        )  # fmt: skip
        pressed(
            "batch_next",
            lambda: current.choose(BlockChoices, batch_first=choices.batch_first % len(found.others) + 1),
        )


def skip_controls(current: AppState, skipped: frozenset[str]) -> None:
    """Draw the button that puts everything back."""
    pressed("skip_none", lambda: current.choose(BlockChoices, skip=frozenset()), disabled=not skipped)


def cost_controls(current: AppState, spec: RunSpec) -> None:
    """Draw the lengths that the costs are counted for, and the way back to those of the run."""
    choices, lengths = current.chosen(BlockChoices), run_lengths(spec)
    with st.container(horizontal=True, key="block-lengths", vertical_alignment="bottom"):
        for name, usual in zip(("cost_source", "cost_target"), lengths, strict=True):
            controlled(
                st.slider, name, getattr(choices, name) or usual,
                lambda length, name=name: current.choose(BlockChoices, **{name: length}), min_value=1,
                max_value=LONGEST, width=320,
            )  # fmt: skip
        pressed(
            "cost_run", lambda: current.choose(BlockChoices, cost_source=0, cost_target=0),
            disabled=not (choices.cost_source or choices.cost_target),
        )  # fmt: skip
