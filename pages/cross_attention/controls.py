"""The controls of "Cross-attention": which view, which step, which weights are overwritten."""

from collections.abc import Sequence

import streamlit as st

from core.run.rows import rows_of
from pages.cross_attention.choices import NAMED, CrossChoices, Place
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice, pressed, strip

STYLE = """<style>
.st-key-cross-steps { flex-wrap: nowrap; }
.st-key-cross-steps > * { flex: none; }
.st-key-cross-steps > *:last-child { flex: 1 1 0; min-width: 0; }
.st-key-cross-steps button { min-height: 1.75rem; padding: 0 0.6rem; flex: none; }
</style>"""


def step_control(current: AppState, place: Place) -> None:
    """Draw the decoder's positions as a strip, and the buttons that walk along it."""
    names, count = rows_of(place.spec, place.trace, "cross").queries, len(place.trace.steps)
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="cross-steps"):
        for name, row in (("cross_back", place.row - 1), ("cross_next", place.row + 1)):
            pressed(name, lambda row=row: current.look(step=row + 1), disabled=not 0 <= row < count)
        steps = [name.replace(" → ", "→") for name in names[:count]]
        strip("cross_step", steps, place.row, lambda row: current.look(step=row + 1), label_visibility="collapsed")


def overwrite_controls(current: AppState, keys: Sequence[str]) -> None:
    """Draw which source token's weight is overwritten, in which heads, and with what."""
    options = [*NAMED, *(str(place) for place in range(1, len(keys) + 1))]
    with st.container(horizontal=True, key="cross-overwrite"):
        choice(
            current, CrossChoices, "token", options=options, width=260,
            format_func=lambda token: (
                t(f"cross.token_{token}") if token in NAMED else f"{token}: {keys[int(token) - 1]}"
            ),
        )  # fmt: skip
        choice(current, CrossChoices, "scope")
        choice(current, CrossChoices, "value", width=220)
