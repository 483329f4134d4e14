"""Changes of the drawn mask: cells, lines and ready-made patterns, each of which can be undone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from torch import Tensor

from core.figures.board_events import Cell, Edit
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import AttentionKind, BlockedCell
from core.trace import Cell as MaskCell
from pages.masks.choices import Drawn, MasksChoices, write_drawn
from pages.shared.state import AppState


@dataclass(frozen=True)
class Sheet:
    """Say what is drawn on: an attention with all the rows and keys that it can come to have.

    A mask may make the output longer, so patterns reach to the longest one.
    """

    attention: AttentionKind
    rows: int
    keys: int

    def cells(self, blocked: Callable[[int, int], bool]) -> Drawn:
        """Return the cells for which `blocked(row, key)` holds."""
        places = ((row, key) for row in range(self.rows) for key in range(self.keys))
        return frozenset(BlockedCell(self.attention, row, key) for row, key in places if blocked(row, key))


def sheet_of(spec: RunSpec, attention: AttentionKind) -> Sheet:
    """Return the sheet of an attention of a run."""
    source, target = len(runs.source_ids(spec)), models.catalogue()[spec.model].config.max_target_len
    rows, keys = {"encoder": (source, source), "self": (target, target), "cross": (target, source)}[attention]
    return Sheet(attention, rows, keys)


def only_past(sheet: Sheet) -> Drawn:
    """Block what is later than the row."""
    return sheet.cells(lambda row, key: key > row)


def neighbours(sheet: Sheet) -> Drawn:
    """Block what is more than one place away from the row."""
    return sheet.cells(lambda row, key: abs(row - key) > 1)


def draw(current: AppState, drawn: Iterable[BlockedCell], **more: int) -> None:
    """Take a mask in place of the present one."""
    taken = frozenset(drawn)
    current.choose(MasksChoices, undo_as=f"drawn {write_drawn(taken)}", drawn=taken, **more)


def changes(current: AppState, sheet: Sheet, pattern: Callable[[Sheet], Drawn], cells: Tensor) -> bool:
    """Tell whether a pattern in place of what is drawn on a sheet blocks or frees any cell that the run leaves open.

    The decoder of a run with its causal mask sees the past alone as it is. Shapes: cells [Q,K], values of Cell, of the
    run without any drawing
    """
    is_open = {(row, key) for row, key in (cells == MaskCell.OPEN).nonzero().tolist()}
    drawn = {cell for cell in current.chosen(MasksChoices).drawn if cell.attention == sheet.attention}
    return any((cell.query, cell.key) in is_open for cell in drawn ^ pattern(sheet))


def draw_pattern(current: AppState, sheet: Sheet, pattern: Callable[[Sheet], Drawn]) -> None:
    """Take a pattern in place of all that was drawn on this sheet."""
    others = {cell for cell in current.chosen(MasksChoices).drawn if cell.attention != sheet.attention}
    draw(current, others | pattern(sheet))


def draw_cells(current: AppState, attention: AttentionKind, edits: Sequence[Edit]) -> None:
    """Block and free cells; the last one's column is the one that can then be blocked whole."""
    drawn = set(current.chosen(MasksChoices).drawn)
    for edit in edits:
        cell = BlockedCell(attention, edit.row, edit.column)
        drawn.add(cell) if edit.value else drawn.discard(cell)
    draw(current, drawn, column=edits[-1].column + 1)


def draw_line(current: AppState, sheet: Sheet, cell: Cell) -> None:
    """Block a whole row or column, or free it if all of it is blocked."""
    if (cell.row is None) == (cell.column is None):
        return
    line = sheet.cells(lambda row, key: cell.row in (None, row) and cell.column in (None, key))
    drawn = current.chosen(MasksChoices).drawn
    more = {} if cell.column is None else {"column": cell.column + 1}
    draw(current, drawn - line if line <= drawn else drawn | line, **more)
