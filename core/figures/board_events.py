"""Events of a board, as the browser reports them: clicks on cells, and numbers typed or drawn."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from core.figures.panels import Panel


class Cell(NamedTuple):
    """Say which cell was clicked; a column of None is the row's label, a row of None (if drawable) the column's."""

    panel: str
    row: int | None
    column: int | None


class Edit(NamedTuple):
    """Say which number was typed where."""

    panel: str
    row: int
    column: int
    value: float


def read_cell(panels: Mapping[str, Panel], sent: Mapping[str, Any]) -> Cell | None:
    """Read a click that the browser reports, None if there is no such cell."""
    panel, row, column = panels.get(sent.get("panel", "")), sent.get("row"), sent.get("col")
    if panel is None or not (panel.clickable or panel.drawable):
        return None
    rows, columns = panel.values.shape
    of_row = within(row, rows) and (column is None or within(column, columns))
    of_column = panel.drawable and row is None and within(column, columns)
    return Cell(panel.id, row, column) if of_row or of_column else None


def read_edits(panels: Mapping[str, Panel], sent: Sequence[Mapping[str, Any]]) -> list[Edit]:
    """Read the edits that the browser reports, but for those of cells that are not there or cannot be edited so."""
    edits: list[Edit] = []
    for each in sent:
        found: list[Any] = [each.get(name) for name in ("panel", "row", "col", "value")]
        panel, row, column, value = found
        known = panels.get(panel)
        if known is None or not isinstance(value, int | float) or not math.isfinite(value):
            continue
        fits = value in (0, 1) if known.drawable else known.editable and abs(value) <= known.limit
        if fits and within(row, known.values.shape[0]) and within(column, known.values.shape[1]):
            edits.append(Edit(panel, row, column, float(value)))
    return edits


def within(index: Any, count: int) -> bool:
    """Tell whether this is a whole number from 0 to below count."""
    return isinstance(index, int) and 0 <= index < count
