"""Self-attention by hand: a few tokens, every number in sight and editable; then matrices, two layers, the model."""

import streamlit as st

from core.analysis.attention.by_hand import attend_twice, reach, self_attention
from core.run.notebook import notebook_lines, weights_line
from core.snippets import hand_lines
from core.walk.model import model_walk
from pages.self_attention.boards import model_board, toy_board
from pages.self_attention.choices import HandChoices, compute, problems, take_edits
from pages.self_attention.controls import method_controls, number_controls, show_control
from pages.self_attention.lines import toy_walk
from pages.self_attention.sections import hand_sections
from pages.shared.browser.components import board_view
from pages.shared.frame import attention_control
from pages.shared.page import Page
from pages.shared.state import AppState


def self_attention_page(current: AppState) -> list[str]:
    """Show the numbers that were chosen, and all that follows from them."""
    above = st.container()
    choices = current.chosen(HandChoices)
    made, method = compute(choices), choices.method
    walk = toy_walk(choices, made)
    # The board first, since it is what the visitor waits for.
    board_view(
        toy_board, current, key="by-hand",
        on_click=lambda cell: current.choose(HandChoices, query=cell.row + 1),
        on_edit=lambda edits: take_edits(current, edits),
    )  # fmt: skip
    with above:
        method_controls(current)
    ran = (attend_twice, reach, self_attention) if choices.show == "layers" else (self_attention,)
    lines = hand_lines(made.inputs.numbers, method.score, method.normalizer, method.temperature)
    hand_sections(current, walk, choices.row, ran, {"torch_lines": lines})
    with page.own_place:
        number_controls(current)
    return problems(choices)


def by_model(current: AppState) -> None:
    """Show the same walk in a head of the loaded model."""
    walked = model_walk(current.shown, current.view)
    attention_control(current)
    look = {"encoder": lambda row: {"row": row}}.get(current.view.attention, lambda row: {"step": row + 1})
    board_view(model_board, current, key="by-model", on_click=lambda cell: current.look(**look(cell.row)))
    hand_sections(
        current,
        walked.walk,
        walked.row,
        (),
        {"notebook": notebook_lines(current.shown, weights_line(current.view))},
        of_memory=current.view.attention == "cross",
    )
    page.layer_and_head()


page = Page("self_attention", HandChoices, reads_run=lambda current: current.chosen(HandChoices).show == "model")
show_control(page.current)
if page.reads_run:
    page.source_bar()
    page.draw(by_model)
else:
    page.draw(self_attention_page)
