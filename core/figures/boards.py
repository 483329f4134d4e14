"""Boards: panels, and how they stand beside each other.

board_view(Board([Line([x, "→", q])]), current, key="heads", on_edit=take)
"""

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from core.figures.packing import identified, many
from core.figures.panels import Panel


class Line(NamedTuple):
    """Put panels beside each other, bottoms aligned: a panel, several above each other, or a sign between two."""

    items: Sequence[Panel | Sequence[Panel] | str]
    title: str = ""

    def panels(self) -> Iterator[Panel]:
        """Walk over the line's panels."""
        for item in self.items:
            if isinstance(item, Panel):
                yield item
            elif not isinstance(item, str):
                yield from item

    def payload(self) -> dict[str, Any]:
        """Return the line as the board reads it."""

        def sent(item: Panel | Sequence[Panel] | str) -> dict[str, Any]:
            if isinstance(item, str):
                return {"sign": item}
            return {"stack": [panel.id for panel in ([item] if isinstance(item, Panel) else item)]}

        return {"title": self.title, "items": [sent(item) for item in self.items]}


class Board(NamedTuple):
    """Put lines below each other; `summary` stands below them while nothing is pointed at.

    `picks` names the control of whose options a click on a row chooses the one of the same place.
    """

    lines: Sequence[Line]
    summary: str = ""
    picks: str = ""

    def panels(self) -> dict[str, Panel]:
        """Return the panels by their ids.

        Raises: ValueError if two have the same.
        """
        shown = [panel for line in self.lines for panel in line.panels()]
        panels = {panel.id: panel for panel in shown}
        if len(panels) != len(shown):
            raise ValueError(f"every panel of a board needs an id of its own, got {[panel.id for panel in shown]}")
        return panels

    def payload(self) -> dict[str, Any]:
        """Return the board as the browser reads it; what looks the same has the same id."""
        panels = self.panels()
        rounded = rounded_panels(panels.values())
        data = {
            "lines": [line.payload() for line in self.lines],
            "panels": {name: panel.payload(name in rounded) for name, panel in panels.items()},
            "summary": self.summary,
            "picks": self.picks,
        }
        return identified(data)


def rounded_panels(panels: Collection[Panel]) -> set[str]:
    """Name the panels whose numbers are sent rounded: those of colours alone that no number is made of, where many are.

    Arithmetic that is shown adds up only with exact numbers.
    """
    if not many(sum(math.prod(panel.values.shape) for panel in panels)):
        return set()
    worked_with = {ref.panel for panel in panels if panel.made is not None for ref in panel.made.of}
    return {panel.id for panel in panels if panel.is_coloured and panel.id not in worked_with}
