"""Masks: causal, padding and hand-drawn; what leaks without them, and a row that may attend to nothing."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.figures.boards import Board
from core.run import models, runs
from pages.masks import blind, hand_mask, leak, padding
from pages.masks.choices import MasksChoices
from pages.masks.controls import behind_control, leak_controls, pattern_buttons, row_control
from pages.masks.drawing import draw_cells, draw_line, sheet_of
from pages.masks.sections import masks_sections
from pages.shared.browser.components import board_view
from pages.shared.frame import attention_control
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice


def draw(current: AppState, _: DeltaGenerator) -> None:
    """Draw on the mask of an attention, and see what is then written."""
    pattern_buttons(current, hand_mask.drawing(current.shown, current.view, current.chosen(MasksChoices).drawn))
    sheet = sheet_of(current.shown, current.view.attention)
    board_view(
        drawn_board, current, key="masks-draw",
        on_click=lambda cell: (
            draw_line(current, sheet, cell) if cell.panel == "mask" else blind.choose_row(current, cell)
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
    found, together = padding.padding_changes(current.shown), padding.small_batch(current.shown)
    lines = [padding.batch_line(current.shown, together), *padding.padding_lines(current.shown, found, count)]
    board = Board(lines, padding.padding_summary(current.shown, found, count))
    board_view(board, current, key="masks-padding", on_click=lambda cell: padding.choose_count(current, cell))


def blind_view(current: AppState, controls_place: DeltaGenerator) -> None:
    """Leave a row with nothing and see what three ways of masking make of it."""
    shown = blind.blind_place(current.shown, current.view)
    with controls_place:
        row_control(current, shown.rows, shown.row)
    board_view(blind_board, current, key="masks-nothing", on_click=lambda cell: blind.choose_row(current, cell))


def blind_board(current: AppState) -> Board:
    """Return the row that may attend to nothing, masked in three ways."""
    shown = blind.blind_place(current.shown, current.view)
    return Board([blind.blind_line(shown)], blind.blind_summary(shown))


VIEWS = {"draw": draw, "causal": causal, "padding": pads, "nothing": blind_view}


def masks(current: AppState) -> None:
    """Draw the chosen view of the run, and what can be read below it."""
    show = current.chosen(MasksChoices).show
    if show in ("draw", "nothing"):
        with controls_place:
            attention_control(current, "masks.attention", label_visibility="collapsed")
    VIEWS[show](current, controls_place)
    masks_sections(current)
    page.layer_and_head()


page = Page("masks", MasksChoices, pads=lambda current: current.chosen(MasksChoices).show != "padding")
page.source_bar()
with st.container(horizontal=True, vertical_alignment="bottom", key="masks-controls"):
    # Drawn with everything, since it decides which controls the sidebar has.
    choice(page.current, MasksChoices, "show", label_visibility="collapsed")
    controls_place = st.container(horizontal=True, vertical_alignment="bottom")
page.draw(masks)
