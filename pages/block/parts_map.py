"""The map of a model's parts, in the browser: a table of buttons, each of which leaves a part out or puts it back."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from pages.shared.browser.callbacks import mount
from pages.shared.browser.components import ASSETS, joined
from pages.shared.text import under


@cache
def _parts_map() -> Callable[..., Any]:
    folder = ASSETS / "parts"
    return st.components.v2.component(
        "parts_map",
        html='<div class="s2s-parts"></div>',
        css=(folder / "parts.css").read_text(encoding="utf-8"),
        js=joined(ASSETS, ("rove", "parts/parts")),
        isolate_styles=False,
    )


def parts_map(data: dict[str, Any], on_toggle: Callable[[str], None]) -> None:
    """Mount the map; `on_toggle` is handed the name of a part that the map has."""
    known = {cell["part"] for row in data["rows"] for cell in row["cells"] if cell is not None}

    def toggled(sent: dict[str, Any]) -> None:
        part = sent.get("part")
        if part in known:
            on_toggle(part)

    mount(_parts_map(), "parts-map", data | {"text": under("parts")}, {"toggle": toggled})
