"""What a board shows for every choice of what is looked at, for a page that has no server to ask."""

import re
import time
from itertools import product
from typing import Any

from core.figures.boards import Board
from pages.shared.state import AppState
from pages.shared.text import t

# What makes Streamlit draw an option as it is: backslashes before marks, and characters that take no room.
UNSEEN = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[\u2060\u200b]")
LOOKED_AT = ("attention", "cross_step", "layer", "head")
MOST_SECONDS, MOST_SENT = 6.0, 12_000_000  # characters


def choices_of(current: AppState) -> dict[str, Any] | None:
    """Return the controls of the page's board that an offline page has too, and the board for each of their choices.

    Boards share most of their panels, so these are sent once each. None if the page has no such board; where there are
    too many boards, those of another step, or of another attention, are left out.
    """
    if not current.shows_board or current.prefetch is None:
        return None
    names = [name for name in LOOKED_AT if len(texts_of(current, name)) > 1 and name in current.press_options]
    for kept in range(len(names)):
        found = boards_of(current, names[kept:])
        if found is not None:
            return found
    return None


def texts_of(current: AppState, name: str) -> dict[Any, str]:
    """Return how the options of a control read, by value."""
    drawn = current.drawn_options.get(name)
    return drawn[-1].texts if drawn else {}


def boards_of(current: AppState, names: list[str]) -> dict[str, Any] | None:
    """Return the boards for all choices of these controls, by the places of options; None if they are too many."""
    until, sent, panels, boards = time.monotonic() + MOST_SECONDS, 0, {}, {}
    options = {name: list(texts_of(current, name)) for name in names}
    for places in product(*(range(len(options[name])) for name in names)):
        with current.supposing():
            for name, place in zip(names, places, strict=True):
                current.press_options[name].take(options[name][place])
            board = current.prefetch(current)
        if not isinstance(board, Board) or time.monotonic() > until:
            return None
        data = board.payload()
        for key, panel in data["panels"].items():
            written = repr(panel)
            if written not in panels:
                panels[written] = len(panels), panel
                sent += len(written)
            data["panels"][key] = panels[written][0]
        boards[",".join(map(str, places))] = data
        if sent > MOST_SENT:
            return None
    controls = [
        {
            "name": name,
            "label": t(f"control.{name}"),
            "options": [UNSEEN.sub("", text) for text in texts_of(current, name).values()],
            "at": place_of_chosen(current, name),
        }
        for name in names
    ]
    return {"controls": controls, "boards": boards, "panels": [panel for _, panel in panels.values()]}


def place_of_chosen(current: AppState, name: str) -> int:
    """Return the place of the option that is chosen: the one that a press would not change."""
    others = current.press_options[name].options
    return next(place for place in range(len(texts_of(current, name))) if place not in others)
