"""The parts that run in the browser: plain JS and CSS from assets/components, mounted as Components v2."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from core import paths
from core.figures.boards import Board
from pages.shared.browser.board_events import Cell, Edit, read_cell, read_edits
from pages.shared.browser.callbacks import mount
from pages.shared.state import AppState
from pages.shared.text import t, under

ASSETS = paths.COMPONENTS
FOLLOW_KEY = "follow-view"
# In the order in which they are joined: each file is a part without imports, the last one exports.
DECODE_PARTS = ("lib", "ahead", "run", "tokens", "sound", "transport", "distribution", "focus", "lines", "wall", "main")
PANEL_PARTS = ("decode/lib", "decode/ahead", "board/numbers", "board/paint", "board/panel", "board/legend")
BOARD_PARTS = (*PANEL_PARTS, "board/trace", "board/edit", "board/main")


def joined(folder: Path, parts: Sequence[str]) -> str:
    """Join script files into one, without comments and indentation, since it travels with every change of its data."""
    text = "\n".join((folder / f"{part}.js").read_text(encoding="utf-8") for part in parts)
    text = re.sub(r"^\s*/\*\*.*?\*/[ ]*$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n\s*", "\n", text)


def styled(folder: Path, parts: Sequence[str]) -> str:
    """Join style sheets into one."""
    return "\n".join((folder / f"{part}.css").read_text(encoding="utf-8") for part in parts)


@cache
def _decode_view() -> Callable[..., Any]:
    folder = ASSETS / "decode"
    return st.components.v2.component(
        "decode_view",
        html='<div class="s2s-view"></div>',
        css=styled(folder, ("transport", "view")),
        js=joined(folder, DECODE_PARTS),
        isolate_styles=False,
    )


def decode_view(run: dict[str, Any], pinned: dict[str, Any] | None, current: AppState) -> None:
    """Mount the view of a decode: chips, transport, next-token distribution, chosen head and wall of heads.

    Tokens that the visitor forces, or lets go, go into the state. Equal runs are sent as equal data, and only once.
    """
    data = {
        "run": run,
        "pinned": pinned,
        "told": told_view(current),
        "text": under("view"),
    }

    mount(
        _decode_view(), "decode-view", data,
        {
            "force": lambda asked: current.force(asked["step"], asked["token"]),
            "unforce": lambda asked: current.unforce(asked["step"]),
            "reference": lambda asked: current.change(reference=asked["text"]),
        },
    )  # fmt: skip


@cache
def _follow_view() -> Callable[..., Any]:
    return st.components.v2.component(
        "follow_view", html="", js=joined(ASSETS / "follow", ("follow",)), isolate_styles=False
    )


def follow_view(run: str, current: AppState) -> None:
    """Mount the link between the view in the browser and the state: each tells the other what is looked at.

    It has a fragment of its own, so that a step need not run and send again what does not change. Whatever the browser
    says has a number, `id`, which comes back with what was drawn in answer to it, and the `revision` that it had heard
    of: so neither side takes what is older than what it has since decided.
    """

    def look(message: dict[str, Any]) -> None:
        current.follow(message["view"], message["revision"], message["pressed"])

    latest = (st.session_state.get(FOLLOW_KEY) or {}).get("view") or {}
    drawn = {"id": latest.get("id"), "run": run, "view": asdict(current.view)}
    mount(_follow_view(), FOLLOW_KEY, {"drawn": drawn, "told": told_view(current)}, {"view": look})


def told_view(current: AppState) -> dict[str, Any]:
    """Return what the browser is told to look at, with the revision in which each field was decided."""
    return {"view": asdict(current.told), "decided": current.decided, "revision": current.revision}


def view_saw_press(name: str, value: Any) -> bool:
    """Tell whether the view in the browser saw a field's control pressed, and so has taken the press by itself."""
    latest = (st.session_state.get(FOLLOW_KEY) or {}).get("view") or {}
    return latest.get("pressed", {}).get(name) == value


@cache
def _board_view() -> Callable[..., Any]:
    return st.components.v2.component(
        "board_view",
        html='<div class="s2s-board"></div>',
        css=(ASSETS / "board" / "board.css").read_text(encoding="utf-8"),
        js=joined(ASSETS, BOARD_PARTS),
        isolate_styles=False,
    )


def board_view(
    board: Board,
    current: AppState,
    *,
    key: str,
    on_click: Callable[[Cell], None] | None = None,
    on_edit: Callable[[list[Edit]], None] | None = None,
) -> None:
    """Mount a board: lines of labelled matrices whose numbers can be pointed at, traced and, where they may, edited.

    A board keeps what is pointed at and typed as long as its `key` stays, whatever panels come and go.
    """
    panels = board.panels()
    data = board.payload() | {
        "text": under("board"), "heard": current.heard.get(key, 0), "presses": current.presses,
        "prefetched": current.prefetches,
    }  # fmt: skip

    def click(sent: dict[str, Any]) -> None:
        current.presses += 1
        cell = read_cell(panels, sent)
        if cell is not None and on_click is not None:
            on_click(cell)

    def edit(sent: dict[str, Any]) -> None:
        edits, current.heard[key] = read_edits(panels, sent, current.heard.get(key, 0))
        if edits and on_edit is not None:
            on_edit(edits)

    mount(_board_view(), key, data, {"cell": click, "edit": edit})


@cache
def _copy_link() -> Callable[..., Any]:
    folder = ASSETS / "copy_link"
    return st.components.v2.component(
        "copy_link",
        html='<button type="button" class="s2s-copy"></button>',
        css=(folder / "copy_link.css").read_text(encoding="utf-8"),
        js=(folder / "copy_link.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def copy_link() -> None:
    """Draw the button that copies the address of what is shown."""
    _copy_link()(
        key="copy-link", data={"label": t("control.copy"), "done": t("control.copied"), "title": t("help.copy")}
    )
