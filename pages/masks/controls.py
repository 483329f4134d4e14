"""The controls of the Masks page: which view, and what each view is about."""

import streamlit as st

from core.run import models, runs
from core.run.rows import Rows
from core.run.runs import RunSpec
from core.run.tokens import name_in
from pages.masks.choices import MasksChoices
from pages.masks.drawing import changes, draw, draw_pattern, neighbours, only_past, sheet_of
from pages.masks.hand_mask import Drawing
from pages.masks.leak import place_of, token_of
from pages.masks.padding import most_behind
from pages.shared.state import AppState
from pages.shared.text import as_code, t
from pages.shared.widgets.controls import choice, controlled, pressed
from pages.shared.widgets.tokens import MOST_LISTED, offered_tokens, token_field


def pattern_buttons(current: AppState, found: Drawing) -> None:
    """Draw the ready-made patterns, and the ways back."""
    sheet, drawn = sheet_of(found.spec, found.view.attention), current.chosen(MasksChoices).drawn
    keys = found.rows.keys
    column = min(current.chosen(MasksChoices).column, len(keys)) - 1

    with st.container(horizontal=True, key="masks-buttons"):
        for name, pattern in (("only_past", only_past), ("neighbours", neighbours)):
            pressed(
                name, lambda pattern=pattern: draw_pattern(current, sheet, pattern),
                not changes(current, sheet, pattern, found.plain_rows.cells),
            )  # fmt: skip
        whole = sheet.cells(lambda row, key: key == column)
        pressed("block_column", lambda: draw(current, drawn | whole), whole <= drawn, key=as_code(keys[column]))
        pressed("clear_mask", lambda: draw(current, ()), not drawn)
        pressed("undo_mask", lambda: current.undo(MasksChoices), not current.selection.undo.get(MasksChoices))


def leak_controls(current: AppState, spec: RunSpec) -> None:
    """Draw the choice of the position that is changed, and of the token that is put there."""
    choices, vocab = current.chosen(MasksChoices), models.catalogue()[spec.model].target_vocab
    trace = runs.trace(spec)
    read = trace.read()
    names = [name_in(vocab, int(token)) for token in read]
    place = place_of(choices, len(read))
    width = 220 if len(vocab) <= MOST_LISTED else 160  # there is a third field beside these
    present, instead = int(read[place]), token_of(choices, read, place, len(vocab))
    others = offered_tokens(vocab, trace.steps[place - 1].log_probs, [present], [instead])
    controlled(
        st.selectbox, "changed", place, lambda chosen: current.choose(MasksChoices, place=chosen + 1, instead=0),
        options=range(1, len(read)), width=width,
        format_func=lambda position: t("masks.place", place=position + 1, token=names[position]),
    )  # fmt: skip
    choice(
        current, MasksChoices, "instead", value=instead, options=others, width=width,
        format_func=lambda token: name_in(vocab, token),
    )  # fmt: skip
    token_field(current, vocab, lambda token: current.choose(MasksChoices, instead=token), [present])


def behind_control(current: AppState, spec: RunSpec) -> int:
    """Draw the number of PAD tokens behind the source; return it, as far as there is room."""
    most = most_behind(spec)
    count = min(current.chosen(MasksChoices).behind, most)
    if most == 0:
        st.text(t("masks.no_room"))
        return 0
    choice(current, MasksChoices, "behind", max_value=most, width=340)
    return count


def row_control(current: AppState, rows: Rows, row: int) -> None:
    """Draw the choice of the row that may attend to nothing."""
    encoder = current.view.attention == "encoder"
    controlled(
        st.selectbox, "masked_row", row,
        lambda chosen: current.look(**({"row": chosen} if encoder else {"step": chosen + 1})),
        options=range(len(rows.queries)), width=220,
        format_func=lambda number: t("masks.place", place=number + 1, token=rows.queries[number]),
    )  # fmt: skip
