"""The views that run in the browser and that several pages use."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import streamlit as st

from core.figures.board_events import Cell, Edit, read_cell, read_edits
from core.figures.boards import Board
from pages.shared.browser.callbacks import mount
from pages.shared.browser.replies import messages_of, new_messages, reply_to
from pages.shared.language import COOKIE, spoken
from pages.shared.state import AppState
from pages.shared.text import t, under

FOLLOW_KEY = "follow-view"


def decode_view(run: dict[str, Any], pinned: dict[str, Any] | None, current: AppState) -> None:
    """Mount the view of a decode: chips, transport, next-token distribution, chosen head and wall of heads.

    Tokens that the visitor forces, or lets go, go into the state. Equal runs are sent as equal data, and only once.
    """
    data = {
        "run": run,
        "pinned": pinned,
        "pushed": pushed_view(current),
        "text": under("view"),
    }

    mount(
        "decode", "decode-view", data,
        {
            "force": lambda asked: current.force(asked["step"], asked["token"]),
            "unforce": lambda asked: current.unforce(asked["step"]),
            "reference": lambda asked: current.change(reference=asked["text"]),
        },
    )  # fmt: skip


def follow_view(run: str, current: AppState) -> None:
    """Mount the link between the view in the browser and the state: each tells the other what is looked at.

    It has a fragment of its own, so that a step need not run and send again what does not change. What the browser says
    names the `revision` that it had heard of: so neither side takes what is older than what it has since decided.
    """

    def look(sent: dict[str, Any]) -> None:
        for message in new_messages(current, FOLLOW_KEY, sent):
            current.last_message = message["id"]
            current.follow(message["view"], message["revision"], message["pressed"])

    data = {
        "drawn": {"run": run, "view": asdict(current.view)},
        "pushed": pushed_view(current),
        "reply_to": reply_to(current, FOLLOW_KEY),
    }
    mount("follow", FOLLOW_KEY, data, {"view": look})


def pushed_view(current: AppState) -> dict[str, Any]:
    """Return what the browser is told to look at, and when that was decided: in which revision, after which message."""
    return {
        "view": asdict(current.pushed), "decided": current.decided, "revision": current.revision,
        "after": current.decided_after,
    }  # fmt: skip


def view_saw_press(current: AppState, name: str, value: Any) -> bool:
    """Tell whether the view in the browser saw a field's control pressed, and the server takes its word for it.

    It does not where it has decided since what is looked at: then the control has to speak for itself.
    """
    sent = messages_of((st.session_state.get(FOLLOW_KEY) or {}).get("view") or {})
    if not sent:
        return False
    latest = sent[-1]
    current.last_message = latest["id"]
    return latest["pressed"].get(name) == value and current.is_known(name, latest["revision"])


def board_view(
    board: Board | Callable[[AppState], Board | None],
    current: AppState,
    *,
    key: str,
    on_click: Callable[[Cell], None] | None = None,
    on_edit: Callable[[list[Edit]], None] | None = None,
) -> None:
    """Mount a board: lines of labelled matrices whose numbers can be pointed at, traced and, where they may, edited.

    A board keeps what is pointed at and typed as long as its `key` stays, whatever panels come and go. One that is made
    of what is selected is prefetched: what it would be after each press that is one away.
    """
    prefetched = callable(board)
    if prefetched:
        current.prefetch, current.shows_board = board, True
        board = board(current)
    panels = board.panels()
    data = board.payload() | {
        "text": under("board"), "reply_to": reply_to(current, key), "presses": current.presses,
        "prefetched": prefetched,
    }  # fmt: skip

    def click(sent: dict[str, Any]) -> None:
        current.presses += 1
        cell = read_cell(panels, sent)
        if cell is not None and on_click is not None:
            on_click(cell)

    def edit(sent: dict[str, Any]) -> None:
        edits = read_edits(panels, new_messages(current, key, sent))
        if edits and on_edit is not None:
            on_edit(edits)

    mount("board", key, data, {"cell": click, "edit": edit})


def keep_language() -> None:
    """Tell the browser what language the page is in, and let it keep one that was chosen."""
    mount("language", "language-view", {"cookie": COOKIE if spoken().chosen else ""}, {})


def copy_link() -> None:
    """Draw the button that copies the address of what is shown."""
    words = {"label": t("control.copy"), "done": t("control.copied"), "title": t("help.copy")}
    mount("copy_link", "copy-link", words, {})
