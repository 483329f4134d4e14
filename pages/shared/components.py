"""The parts that run in the browser: plain JS and CSS from assets/components, mounted as Components v2."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.text import t, under

ASSETS = Path(__file__).parents[2] / "assets" / "components"
# In the order in which they are joined: each file is a part without imports, the last one exports.
DECODE_PARTS = ("lib", "run", "tokens", "transport", "distribution", "focus", "wall", "main")


def joined(folder: Path, parts: Sequence[str]) -> str:
    """Join script files into one, without comments and indentation: the script travels with every change of its data."""
    text = "\n".join((folder / f"{part}.js").read_text(encoding="utf-8") for part in parts)
    text = re.sub(r"^\s*/\*\*.*?\*/[ ]*$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n\s*", "\n", text)


@cache
def _decode_view() -> Callable[..., Any]:
    folder = ASSETS / "decode"
    return st.components.v2.component(
        "decode_view",
        html='<div class="s2s-view"></div>',
        css=(folder / "view.css").read_text(encoding="utf-8"),
        js=joined(folder, DECODE_PARTS),
        isolate_styles=False,
    )


def decode_view(
    data: dict[str, Any], on_view: Callable[[dict], None], on_force: Callable[[dict], None], on_unforce: Callable[[dict], None]
) -> None:
    """Mount the view of a decode: chips, transport, next-token distribution, chosen head and wall of heads.

    `on_view` is handed what is looked at whenever the visitor changed it; `on_force` and `on_unforce` the step (from 0), and
    the token's id.
    """
    key = "decode-view"

    def hand_on(name: str, receiver: Callable[[dict], None]) -> None:
        value = st.session_state[key].get(name)
        if isinstance(value, dict):
            receiver(value)

    _decode_view()(
        key=key,
        data=data | {"text": under("view")},
        on_view_change=lambda: hand_on("view", on_view),
        on_force_change=lambda: hand_on("force", on_force),
        on_unforce_change=lambda: hand_on("unforce", on_unforce),
    )


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
    _copy_link()(key="copy-link", data={"label": t("control.copy"), "done": t("control.copied"), "title": t("help.copy")})
