"""The choices of the Masks page, with the drawn mask as a link holds it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from core.switches import AttentionKind, BlockedCell
from pages.shared.text import t
from pages.shared.url.fields import Choices, custom_field, number_field, section_field, view_field
from pages.shared.url.params import shortened

Drawn = frozenset[BlockedCell]

LETTERS: dict[AttentionKind, str] = {"encoder": "e", "self": "s", "cross": "c"}
LONGEST = 64
MOST_BEHIND = 16
LARGEST_TOKEN = 9999
QUEUE = re.compile(r"([esc])(\d{1,2})(?:-(\d{1,2}))?:(\d{1,2}(?:-\d{1,2})?(?:\.\d{1,2}(?:-\d{1,2})?)*)", re.ASCII)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Join numbers that follow each other. E.g. 1, 2, 3, 7 → (1, 3), (7, 7)"""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def span_text(first: int, last: int) -> str:
    """Write a span of numbers from 0 as one from 1."""
    return str(first + 1) if first == last else f"{first + 1}-{last + 1}"


def write_drawn(drawn: Drawn) -> str:
    """Write a mask as lines such as s4:1-3.6: attention, rows, keys, counted from 1; equal rows stand together."""
    lines = []
    for attention, letter in LETTERS.items():
        rows: dict[int, str] = {}
        for row, cells in groupby(sorted((c.query, c.key) for c in drawn if c.attention == attention), lambda c: c[0]):
            rows[row] = ".".join(span_text(*span) for span in spans(key for _, key in cells))
        for keys in dict.fromkeys(rows.values()):
            alike = (row for row, text in rows.items() if text == keys)
            lines += [f"{letter}{span_text(*span)}:{keys}" for span in spans(alike)]
    return ",".join(lines)


def read_line(text: str) -> set[BlockedCell] | None:
    """Read one line of a mask, None if it is none."""
    found = QUEUE.fullmatch(text)
    if found is None:
        return None
    letter, first, last, keys = found.groups()
    rows = read_span(first if last is None else f"{first}-{last}")
    columns = [read_span(span) for span in keys.split(".")]
    if not rows or not all(columns):
        return None
    attention = next(name for name, own_letter in LETTERS.items() if own_letter == letter)
    return {BlockedCell(attention, row, key) for row in rows for span in columns for key in span}


def read_span(text: str) -> range:
    """Read a span, empty if it makes no sense."""
    first, _, last = text.partition("-")
    start, stop = int(first) - 1, int(last or first)
    return range(start, stop) if start >= 0 and stop <= LONGEST else range(0)


def read_drawn(params: Mapping[str, str], name: str, problems: list[str]) -> Drawn:
    """Read a mask; lines that cannot be read are left out, with one sentence."""
    cells: set[BlockedCell] = set()
    wrong: list[str] = []
    for text in filter(None, params[name].split(",")):
        line = read_line(text)
        if line is None:
            wrong.append(text)
        else:
            cells |= line
    if wrong:
        problems.append(t("masks.url_drawn", got=shortened(wrong[0]), longest=LONGEST))
    return frozenset(cells)


@dataclass(frozen=True, kw_only=True)
class MasksChoices(Choices):
    """Say which view is shown, what is drawn, and what each view is about.

    `column` is the key last drawn on; `place` and `instead` the position whose token is changed and its new token (0:
    the next one of the vocabulary); `behind` how many PAD tokens stand behind the source.
    """

    show: str = view_field("causal", "padding", "draw", "nothing", texts="masks.show", absent="draw")
    drawn: frozenset[BlockedCell] = custom_field(frozenset(), write_drawn, read_drawn)
    column: int = number_field(1, least=1, most=LONGEST)
    place: int = number_field(7, least=2, most=LONGEST)
    instead: int = number_field(0, least=0, most=LARGEST_TOKEN, widget="selectbox")
    behind: int = number_field(6, least=0, most=MOST_BEHIND)
    section: str = section_field("formula", "code", "evidence", "question")
