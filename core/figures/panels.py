"""A panel: one labelled matrix, and of which cells each of its cells is made.

    x = Panel(id="x", title="x", values=inputs, rows=tokens, columns=features, editable=True)
    q = Panel(id="q", title="q", values=queries, rows=tokens, made=product("x", "wq"))

Rows and columns count from 0. Numbers are sent as float32; where a board has many, those of which colours alone are
drawn are rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from core.figures.packing import packed, sent

MANY_NAMES = 32
Index = Literal["row", "col", "*"] | int
ROW: Index = "row"
COLUMN: Index = "col"
ALL: Index = "*"


class Ref(NamedTuple):
    """Name cells of a panel, seen from the cell that is made of them.

    ROW and COLUMN are that cell's own row and column, ALL runs over all, a number is itself.
    """

    panel: str
    row: Index
    column: Index


class Derivation(NamedTuple):
    """Say how a cell is made.

    `say` is its arithmetic, with {=} for the cell itself, and in other braces the pattern of a term, where $0 is a
    number of the first ref; where refs name many cells, there are as many terms, added up.

    "{$0×$1} = {=}" is a product of matrices, "{$0} ÷ √4 = {=}" a quotient, "{$2×tanh($0 + $1)}" an additive score.
    """

    say: str
    of: tuple[Ref, ...]


def product(one: str, other: str) -> Derivation:
    """Make a matrix product: row i of one times column j of the other."""
    return Derivation("{$0×$1} = {=}", (Ref(one, ROW, ALL), Ref(other, ALL, COLUMN)))


def total(panel: str, row: Index = ROW, column: Index = ALL) -> Derivation:
    """Add up numbers of one panel."""
    return Derivation("{$0} = {=}", (Ref(panel, row, column),))


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Describe one matrix.

    `values` has two axes; `mask` says with the values of core.trace.Cell which cells are not there, and why. `name`
    says what a cell is, e.g. "weight of {column} for {row}". Rows and columns have
    names in any case; `row_labels` and `column_labels` say whether they are drawn too. `top` is the number that has the
    strongest colour, by default the largest. `mark` is a row to draw a frame around, `marks` are cells. `editable`
    cells take numbers from −limit to limit; `clickable` panels report clicks on cells and, where these are editable, on
    row labels alone; `hint` says what a click does, if it is not to look at a row.

    A `drawable` panel is a mask: cells are blocked and freed by pressing, dragging or Enter, which is told as edits to
    1 and 0, and clicks on the names of rows and columns are reported. `column_heads` stand above the columns in place
    of their names, where these are long. `texts` stand in the cells in place of their numbers. `roomy` panels have
    cells that are wide enough to be hit although no numbers stand in them; `aligned` panels of a stack have their
    columns one above the other. `legend` says what colours mean, `cell` is the width of cells without numbers.
    `captioned` says whether the title is drawn.

    Raises: ValueError if sizes do not agree.
    """

    id: str
    title: str
    values: np.ndarray  # or a tensor
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    note: str = ""
    help: str = ""
    name: str = ""
    mask: np.ndarray | None = None  # or a tensor
    row_labels: bool = True
    column_labels: bool = True
    digits: int = 2
    numbers: bool = True
    scale: Literal["diverging", "sequential"] = "diverging"
    top: float | None = None
    mark: int | None = None
    marks: Sequence[tuple[int, int]] = ()
    editable: bool = False
    limit: float = 20.0
    clickable: bool = False
    hint: str = ""
    drawable: bool = False
    column_heads: Sequence[str] = ()
    texts: Sequence[Sequence[str]] = ()
    roomy: bool = False
    aligned: bool = False
    made: Derivation | None = None
    legend: str = ""
    cell: int | None = None
    captioned: bool = True

    def __post_init__(self) -> None:
        if self.values.ndim != 2:
            raise ValueError(f"panel {self.id} needs a matrix, got {self.values.ndim} axes")
        rows, columns = self.values.shape
        for what, names, size in (
            ("rows", self.rows, rows),
            ("columns", self.columns, columns),
            ("columns", self.column_heads, columns),
        ):
            if names and len(names) != size:
                raise ValueError(f"panel {self.id} has {size} {what}, but {len(names)} names for them")
        if self.texts and [len(row) for row in self.texts] != [columns] * rows:
            raise ValueError(f"panel {self.id} needs a text for each of its {rows} × {columns} cells")
        if self.drawable and self.mask is None:
            raise ValueError(f"panel {self.id} is drawable, so it needs a mask to draw on")
        if self.mask is not None and self.mask.shape != self.values.shape:
            raise ValueError(f"panel {self.id}: the mask is {tuple(self.mask.shape)}, not {tuple(self.values.shape)}")

    @property
    def is_coloured(self) -> bool:
        """Tell whether colours alone stand for the numbers: none is written, typed or worked out."""
        return not (self.numbers or self.editable or self.drawable or self.made)

    def payload(self, is_rounded: bool = False) -> dict[str, Any]:
        """Return the panel as the board reads it, its numbers as they are or rounded."""
        values = np.asarray(self.values)  # of a few numbers: torch would let go of the interpreter with every step
        finite = np.abs(values[np.isfinite(values)])
        largest = float(finite.max()) if finite.size else 0.0
        sequential = self.scale == "sequential"
        return {
            "title": self.title,
            "note": self.note,
            "help": self.help,
            "name": self.name,
            "shape": list(self.values.shape),
            "values": sent(self.values, is_rounded),
            "mask": None if self.mask is None else packed(self.mask, "u1"),
            "rows": list(self.rows) if self.row_labels else [],
            "cols": list(self.column_heads or self.columns) if self.column_labels else [],
            "row_names": list(self.rows),
            "col_names": counted_from(self.columns),
            "digits": self.digits,
            "numbers": self.numbers,
            "scale": self.scale,
            "top": self.top or (1.0 if sequential else largest) or 1.0,
            "mark": self.mark,
            "marks": [list(cell) for cell in self.marks],
            "editable": self.editable,
            "limit": self.limit,
            "clickable": self.clickable,
            "hint": self.hint,
            "drawable": self.drawable,
            "roomy": self.roomy,
            "aligned": self.aligned,
            "texts": [text for row in self.texts for text in row] or None,
            "legend": self.legend,
            "cell": self.cell,
            "captioned": self.captioned,
            "made": None if self.made is None else {"say": self.made.say, "of": [list(ref) for ref in self.made.of]},
        }


def counted_from(names: Sequence[str]) -> list[str] | int:
    """Return names as they are sent: many that merely count by the number of the first."""
    first = int(names[0]) if len(names) > MANY_NAMES and names[0].isdecimal() else None
    if first is not None and list(names) == [str(first + place) for place in range(len(names))]:
        return first
    return list(names)
