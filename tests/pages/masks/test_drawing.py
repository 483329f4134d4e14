"""Drawing on a mask without a browser: links, strokes, lines, and what the board may report."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.figures.board_events import Cell, Edit, read_cell, read_edits
from core.figures.panels import Panel
from core.switches import BlockedCell
from core.trace import Cell as Mask
from pages.masks.choices import LONGEST, MasksChoices, read_drawn, write_drawn
from pages.masks.drawing import Sheet, draw_cells, draw_line, draw_pattern, neighbours, only_past, sheet_of
from pages.masks.panels import chunks
from pages.shared.first import first_spec
from pages.shared.selection import Selection
from pages.shared.state import AppState

SELF = Sheet("self", 5, 5)
BROKEN = (
    "s",
    "s1",
    "s1:",
    "s0:1",
    "s1:65",
    "x1:1",
    "s3-1:2",
    "s1:2-1",
    "s1:1..2",
    "s1:1-2-3",
    "s١:1",
    "s1:1;",
    "S1:1",
)


def cell(name: str) -> BlockedCell:
    attention, row, key = name.split()
    return BlockedCell(attention, int(row) - 1, int(key) - 1)


def state(*drawn: str) -> AppState:
    current = AppState(Selection(first_spec("dates")))
    current.choose(MasksChoices, drawn=frozenset(map(cell, drawn)))
    return current


def drawn(current: AppState) -> set[tuple[str, int, int]]:
    return {(each.attention, each.query + 1, each.key + 1) for each in current.chosen(MasksChoices).drawn}


@given(
    st.frozensets(
        st.builds(
            BlockedCell, st.sampled_from(("encoder", "self", "cross")), st.integers(0, LONGEST - 1),
            st.integers(0, LONGEST - 1),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_every_mask_comes_back_from_its_link(mask):
    problems: list[str] = []
    assert read_drawn({"drawn": write_drawn(mask)}, "drawn", problems) == mask
    assert not problems


def test_masks_that_have_a_pattern_are_short_in_a_link():
    sheet = Sheet("cross", 64, 64)
    assert write_drawn(sheet.cells(lambda row, key: key == 4)) == "c1-64:5"
    assert write_drawn(sheet.cells(lambda row, key: row in (1, 2, 7))) == "c2-3:1-64,c8:1-64"
    assert write_drawn(frozenset()) == ""
    assert len(write_drawn(only_past(Sheet("self", 16, 16)))) < 150
    assert len(write_drawn(neighbours(sheet))) < 1000


@pytest.mark.parametrize("text", BROKEN)
def test_a_line_of_a_link_that_makes_no_sense_is_left_out_with_a_sentence(text):
    problems: list[str] = []
    found = read_drawn({"drawn": f"c2:3,{text},e1:1"}, "drawn", problems)
    assert found == {BlockedCell("cross", 1, 2), BlockedCell("encoder", 0, 0)}
    assert len(problems) == 1 and text in problems[0]


def test_patterns_hold_for_every_row_there_may_come_to_be():
    spec = first_spec("dates")
    assert sheet_of(spec, "encoder") == Sheet("encoder", 14, 14)
    assert sheet_of(spec, "self") == Sheet("self", 16, 16) and sheet_of(spec, "cross") == Sheet("cross", 16, 14)
    assert {(c.query, c.key) for c in only_past(SELF)} == {(i, j) for i in range(5) for j in range(5) if j > i}
    assert {(c.query, c.key) for c in neighbours(SELF)} == {
        (i, j) for i in range(5) for j in range(5) if abs(i - j) > 1
    }


def test_a_pattern_replaces_what_was_drawn_in_its_own_attention_alone():
    current = state("self 1 1", "cross 2 2")
    draw_pattern(current, Sheet("self", 2, 2), only_past)
    assert drawn(current) == {("self", 1, 2), ("cross", 2, 2)}


def test_a_stroke_is_one_step_to_undo_however_many_cells_it_crossed():
    current = state("self 3 1")
    draw_cells(current, "self", [Edit("mask", 0, 0, 1.0), Edit("mask", 0, 1, 1.0), Edit("mask", 2, 0, 0.0)])
    assert drawn(current) == {("self", 1, 1), ("self", 1, 2)}
    draw_cells(current, "cross", [Edit("mask", 4, 6, 1.0)])
    assert current.chosen(MasksChoices).column == 7
    current.undo(MasksChoices)
    assert drawn(current) == {("self", 1, 1), ("self", 1, 2)} and current.chosen(MasksChoices).column == 1
    current.undo(MasksChoices)
    assert drawn(current) == {("self", 3, 1)}


def test_a_name_blocks_its_whole_line_and_once_more_frees_it():
    current = state("self 2 2", "encoder 1 1")
    draw_line(current, SELF, Cell("mask", 1, None))
    assert drawn(current) == {("self", 2, key) for key in range(1, 6)} | {("encoder", 1, 1)}
    draw_line(current, SELF, Cell("mask", None, 3))
    assert {("self", row, 4) for row in range(1, 6)} <= drawn(current)
    assert current.chosen(MasksChoices).column == 4
    draw_line(current, SELF, Cell("mask", None, 3))
    draw_line(current, SELF, Cell("mask", 1, 2))  # a cell is no line
    assert drawn(current) == {("self", 2, key) for key in (1, 2, 3, 5)} | {("encoder", 1, 1)}


def panel(**more) -> Panel:
    return Panel(id="mask", title="", values=torch.zeros(2, 3), **more)


def test_a_board_reports_strokes_and_names_on_what_can_be_drawn_on_alone():
    mask = torch.zeros(2, 3, dtype=torch.uint8)
    panels, plain = {"mask": panel(drawable=True, mask=mask)}, {"mask": panel(clickable=True)}
    sent = [{"panel": "mask", "row": 1, "col": 2, "value": value} for value in (1, 0, 0.5, -1)]
    assert read_edits(panels, sent) == [Edit("mask", 1, 2, 1.0), Edit("mask", 1, 2, 0.0)]
    assert read_edits(plain, sent) == []
    assert read_cell(panels, {"panel": "mask", "row": None, "col": 2}) == Cell("mask", None, 2)
    assert read_cell(panels, {"panel": "mask", "row": 1, "col": None}) == Cell("mask", 1, None)
    assert read_cell(panels, {"panel": "mask", "row": None, "col": 3}) is None
    assert read_cell(panels, {"panel": "mask", "row": None, "col": None}) is None
    assert read_cell(plain, {"panel": "mask", "row": None, "col": 2}) is None
    assert read_cell(plain, {"panel": "mask", "row": 1, "col": 2}) == Cell("mask", 1, 2)


def test_a_panel_says_what_does_not_fit():
    with pytest.raises(ValueError, match="needs a mask to draw on"):
        panel(drawable=True)
    with pytest.raises(ValueError, match="3 columns, but 2 names"):
        panel(column_heads=("a", "b"))
    with pytest.raises(ValueError, match="a text for each of its 2 × 3 cells"):
        panel(texts=(("a", "b", "c"), ("d",)))
    assert panel(texts=(("a", "b", "c"),) * 2).payload()["texts"] == ["a", "b", "c"] * 2
    shown = panel(columns=("x (1)", "y", "x (3)"), column_heads=("x", "y", "x")).payload()
    assert shown["cols"] == ["x", "y", "x"] and shown["col_names"] == ["x (1)", "y", "x (3)"]
    assert panel(mask=torch.full((2, 3), int(Mask.CAUSAL), dtype=torch.uint8)).payload()["mask"] is not None


@pytest.mark.parametrize(("count", "most", "sizes"), [(1, 9, [1]), (9, 9, [9]), (10, 9, [5, 5]), (27, 14, [14, 13])])
def test_many_columns_are_cut_into_parts_of_about_one_size(count, most, sizes):
    parts = chunks(count, most)
    assert [len(range(count)[part]) for part in parts] == sizes
    assert [place for part in parts for place in range(count)[part]] == list(range(count))
