"""The boards of "Self-attention by hand"."""

from core.figures.boards import Board
from core.walk.model import model_walk
from core.walk.walk import summary, walk_line
from pages.self_attention.choices import HandChoices, compute
from pages.self_attention.lines import inputs_line, layers_lines, matrices_line, toy_walk
from pages.self_attention.summary import summary_of_hand, summary_of_layers
from pages.shared.state import AppState


def toy_board(current: AppState) -> Board | None:
    """Return the numbers that were chosen, and all that follows from them; None if the model's are looked at."""
    choices = current.chosen(HandChoices)
    if choices.show == "model":
        return None
    hand = compute(choices)
    if choices.show == "layers":
        return Board(layers_lines(choices, hand), summary_of_hand(choices, summary_of_layers(choices, hand)), "query")
    walk = toy_walk(choices, hand)
    second = walk_line(walk) if choices.show == "one" else matrices_line(choices, hand.first)
    return Board([inputs_line(choices, hand), second], summary_of_hand(choices, summary(walk)), "query")


def model_board(current: AppState) -> Board:
    """Return the same walk in a head of the loaded model.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    walked = model_walk(current.shown, current.view)
    return Board([walked.line()], summary(walked.walk))
