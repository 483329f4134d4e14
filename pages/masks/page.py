"""Masks: causal, padding and hand-drawn; what leaks without them, and a row that may attend to nothing."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.figures.boards import Board
from pages.masks import hand_mask, leak, nothing, padding
from pages.masks.choices import MasksChoices
from pages.masks.controls import (
    attention_control,
    behind_control,
    leak_controls,
    pattern_buttons,
    row_control,
    show_control,
)  # fmt: skip
from pages.masks.drawing import draw_cells, draw_line, sheet_of
from pages.masks.sections import masks_sections
from pages.shared.browser.components import board_view
from pages.shared.page import Page
from pages.shared.run import models, runs
from pages.shared.state import AppState
from pages.shared.text import t


def draw(current: AppState, _: DeltaGenerator) -> None:
    """Draw on the mask of an attention, and see what is then written."""
    pattern_buttons(current, hand_mask.drawing(current.shown, current.view, current.chosen(MasksChoices).drawn))
    sheet = sheet_of(current.shown, current.view.attention)
    board_view(
        drawn_board(current), current, key="masks-draw",
        on_click=lambda cell: (
            draw_line(current, sheet, cell) if cell.panel == "mask" else nothing.choose_row(current, cell)
        ),
        on_edit=lambda edits: draw_cells(current, current.view.attention, edits),
    )  # fmt: skip


def drawn_board(current: AppState) -> Board:
    """Return the mask, the weights under it and without it, and what is then written."""
    mask = current.chosen(MasksChoices).drawn
    found = hand_mask.drawing(current.shown, current.view, mask)
    return Board(hand_mask.drawing_lines(found), hand_mask.drawing_summary(found, mask))


def causal(current: AppState, controls_place: DeltaGenerator) -> None:
    """Change a token and see which positions move."""
    if not models.catalogue()[current.shown.model].config.autoregressive:
        st.text(t("masks.parallel"))
        return
    if len(runs.trace(current.shown).steps) < 2:
        st.text(t("masks.leak_nothing"))
        return
    with controls_place:
        leak_controls(current, current.shown)
    found = leak.chosen_leaks(current.shown, current.chosen(MasksChoices))
    board = Board(leak.leak_lines(found), leak.leak_summary(found))
    board_view(board, current, key="masks-causal", on_click=lambda cell: leak.choose_place(current, cell))


def pads(current: AppState, controls_place: DeltaGenerator) -> None:
    """Put PAD tokens behind the source and see what moves."""
    with controls_place:
        count = behind_control(current, current.shown)
    found, together = padding.padded(current.shown), padding.batched(current.shown)
    lines = [padding.batch_line(current.shown, together), *padding.padding_lines(current.shown, found, count)]
    board = Board(lines, padding.padding_summary(current.shown, found, count))
    board_view(board, current, key="masks-padding", on_click=lambda cell: padding.choose_count(current, cell))


def blind(current: AppState, controls_place: DeltaGenerator) -> None:
    """Leave a row with nothing and see what three ways of masking make of it."""
    shown = nothing.nothing(current.shown, current.view)
    with controls_place:
        row_control(current, shown.rows, shown.row)
    board_view(
        blind_board(current), current, key="masks-nothing",
        on_click=lambda cell: nothing.choose_row(current, cell),
    )  # fmt: skip


def blind_board(current: AppState) -> Board:
    """Return the row that may attend to nothing, masked in three ways."""
    shown = nothing.nothing(current.shown, current.view)
    return Board([nothing.nothing_line(shown)], nothing.nothing_summary(shown))


VIEWS = {"draw": draw, "causal": causal, "padding": pads, "nothing": blind}
BOARDS = {"draw": drawn_board, "nothing": blind_board}


def masks(current: AppState) -> None:
    """Draw the chosen view of the run, and what can be read below it."""
    show = current.chosen(MasksChoices).show
    if show in ("draw", "nothing"):
        with controls_place:
            attention_control(current)
    VIEWS[show](current, controls_place)
    masks_sections(current)


def board(current: AppState) -> Board | None:
    """Return the board of the chosen view, if what it shows can be prefetched."""
    made = BOARDS.get(current.chosen(MasksChoices).show)
    return made and made(current)


page = Page("masks", MasksChoices, pads=lambda current: current.chosen(MasksChoices).show != "padding")
page.source_bar()
with st.container(horizontal=True, vertical_alignment="bottom", key="masks-controls"):
    show_control(page.current)  # drawn with everything, since which controls the sidebar has depends on it
    controls_place = st.container(horizontal=True, vertical_alignment="bottom")
page.draw(
    masks, prefetch=board, of_board=True,
    presses=("attention", "layer", "head", "only_past", "neighbours", "block_column", "clear_mask", "undo_mask"),
)  # fmt: skip
