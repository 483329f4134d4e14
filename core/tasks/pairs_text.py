"""Pairs as text: two columns of CSV or TSV, read with a sentence about whatever is no pair."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from core.sentences import Refusal, Sentence
from core.tasks.pairs import MOST_SYMBOLS, Pairs, by_word, plain, symbol_count

FEWEST, MOST = 20, 20_000
LONGEST = 60
MOST_BYTES = 2_000_000
PROBLEMS_SHOWN = 5
DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma"}
LOOKED_AT, ROWS_LOOKED_AT = 20_000, 50  # characters and rows by which the delimiter is told
Quoting = Literal[0, 3]  # QUOTE_MINIMAL, QUOTE_NONE
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What the first row says of two columns where it is no pair.
HEADINGS = (
    "source target input output from to question answer query reply prompt response text label key value left right "
    "original translation word words sentence sentences phrase plural singular form lemma stem base past present "
    "infinitive spelling pronunciation sound phonemes sounds number numbers digits numeral roman date iso before after "
    "src tgt trg in out en de fr es it pt nl ja zh ru pl fi sv english german french spanish italian "
    "portuguese dutch japanese chinese russian polish finnish swedish deutsch français español"
)
MARKS = "⟨⟩"  # what the names of special symbols stand in


class BadPairs(Refusal):
    """Say why a text cannot be read as pairs."""


@dataclass
class ReadPairs:
    """Hold the pairs that were read, their first row, and a sentence about each row that was left out (the first few).

    `repeated` counts the rows that say again what an earlier one said; `delimiter` is the name of what parts columns.
    """

    pairs: Pairs = ()
    first_row: tuple[str, ...] = ()
    delimiter: str = "comma"
    left_out: int = 0
    repeated: int = 0
    problems: list[Sentence] = field(default_factory=list)


def read_pairs(data: bytes, heading: bool = False) -> ReadPairs:
    """Read two columns parted by tabs, semicolons or commas; rows that are no pair are left out and told of.

    The first row is a pair like the others, or else a `heading`.

    Raises: BadPairs if it is too large, no text, or has too few pairs or too many symbols to learn from.
    """
    text = decoded(data)
    delimiter = delimiter_of(text)
    found = collected(rows_of(text, delimiter, quoted=delimiter != "\t" or closes(text)), heading)
    found.delimiter = DELIMITERS[delimiter]
    check(found)
    return found


def has_heading(text: str) -> bool:
    """Tell whether the first row of a text seems to name its columns: two different words that headings are made of."""
    delimiter = delimiter_of(text)
    try:
        rows = rows_of(text, delimiter, quoted=delimiter != "\t" or closes(text))
        first = next((row for row in rows if any(cell.strip() for cell in row)), [])
    except BadPairs:
        return False
    cells = [plain(cell).casefold().strip(":.# ") for cell in first]
    return len(cells) == 2 and cells[0] != cells[1] and set(cells) <= set(HEADINGS.split())


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 if it says so.

    Raises: BadPairs if it is too large or no text.
    """
    if len(data) > MOST_BYTES:
        raise BadPairs("refusal.pairs_bytes", size=len(data), most=MOST_BYTES)
    try:
        text = data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPairs("refusal.pairs_utf8", byte=error.start + 1) from error
    if "\x00" in text:
        raise BadPairs("refusal.pairs_zero_bytes")
    return text


def delimiter_of(text: str) -> str:
    """Return what parts the columns: that by which most of the first rows have two, quotation marks heeded or not."""

    def fitting(delimiter: str, quoting: Quoting) -> int:
        rows = csv.reader(io.StringIO(text[:LOOKED_AT], newline=""), delimiter=delimiter, quoting=quoting)
        return sum(len(row) == 2 for row in islice(rows, ROWS_LOOKED_AT))

    return max(DELIMITERS, key=lambda each: (fitting(each, csv.QUOTE_MINIMAL), fitting(each, csv.QUOTE_NONE)))


def closes(text: str) -> bool:
    """Tell whether quotation marks in a text parted by tabs are those of cells, rather than those of sentences."""
    try:
        return all(True for _ in rows_of(text, "\t", quoted=True))
    except BadPairs:
        return False


def rows_of(text: str, delimiter: str, quoted: bool) -> Iterator[list[str]]:
    """Cut a text into rows of cells.

    Raises: BadPairs if a quotation mark is not closed.
    """
    quoting: Quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=quoted)
    number = 1
    try:
        for row in reader:
            yield row
            number += 1
    except csv.Error as error:
        raise BadPairs("refusal.row_quotes", row=number) from error


def collected(rows: Iterable[list[str]], heading: bool) -> ReadPairs:
    """Collect the pairs, and sentences about the rows that are none; empty rows pass in silence.

    Raises: BadPairs if there are too many.
    """
    found, pairs = ReadPairs(), dict[tuple[str, str], None]()
    for number, row in enumerate(rows, start=1):
        cells = tuple(plain(cell) for cell in row)
        if not any(cells):
            continue
        if not found.first_row:
            found.first_row = cells
            if heading:
                continue
        if (problem := problem_of(cells, number)) is not None:
            found.left_out += 1
            found.problems += [problem] * (found.left_out <= PROBLEMS_SHOWN)
            continue
        source, target = cells
        found.repeated += (source, target) in pairs
        pairs[source, target] = None
        if len(pairs) > MOST:
            raise BadPairs("refusal.pairs_many", most=MOST)
    found.pairs = tuple(pairs)
    return found


def problem_of(cells: tuple[str, ...], number: int) -> Sentence | None:
    """Say why a row is no pair, None if it is one."""
    if len(cells) != 2:
        return Sentence(f"refusal.row_{'columns' if len(cells) > 2 else 'column'}", {"row": number, "got": len(cells)})
    for name, cell in zip(("source", "target"), cells, strict=True):
        if not cell:
            return Sentence(f"refusal.row_empty_{name}", {"row": number})
        if len(cell) > LONGEST:
            return Sentence(f"refusal.row_long_{name}", {"row": number, "got": len(cell), "most": LONGEST})
        if any(mark in cell for mark in MARKS):
            return Sentence(f"refusal.row_marks_{name}", {"row": number, "marks": " ".join(MARKS)})
    return None


def check(found: ReadPairs) -> None:
    """Raises: BadPairs if the pairs are too few, or have too many symbols, to learn from."""
    sources = len({source for source, _ in found.pairs})
    if sources < FEWEST:
        few = {"fewest": FEWEST, "got": sources}
        raise (
            BadPairs("refusal.pairs_few_because", **few, why=found.problems[0])
            if found.problems
            else BadPairs("refusal.pairs_few", **few)
        )
    if (symbols := symbol_count(found.pairs, by_word(found.pairs))) > MOST_SYMBOLS:
        raise BadPairs("refusal.pairs_symbols", got=symbols, most=MOST_SYMBOLS)


def write_pairs(pairs: Pairs) -> str:
    """Return pairs as TSV, which `read_pairs` reads as the same pairs."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter="\t", lineterminator="\n").writerows(pairs)
    return file.getvalue()


def read_again(text: str) -> Pairs:
    """Read what `written` wrote, as strictly as what anybody pastes.

    Raises: BadPairs if anything in it is not as it would have been written.
    """
    found = read_pairs(text.encode())
    if found.left_out or found.repeated or write_pairs(found.pairs) != text:
        why = found.problems[0] if found.problems else Sentence("refusal.pairs_rewritten")
        raise BadPairs("refusal.pairs_changed", why=why)
    return found.pairs
