"""The map of a model's parts, in the browser: a table of buttons, each of which leaves a part out or puts it back."""

from collections.abc import Callable
from typing import Any

from pages.shared.browser.callbacks import mount
from pages.shared.text import under


def parts_map(data: dict[str, Any], on_toggle: Callable[[str], None]) -> None:
    """Mount the map; `on_toggle` is handed the name of a part that the map has."""
    known = {cell["part"] for row in data["rows"] for cell in row["cells"] if cell is not None}

    def toggled(sent: dict[str, Any]) -> None:
        part = sent.get("part")
        if part in known:
            on_toggle(part)

    mount("parts", "parts-map", data | {"text": under("parts")}, {"toggle": toggled})
