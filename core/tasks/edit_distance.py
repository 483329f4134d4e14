"""Edit distance, and the word and phone error rates that are counted with it."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Reference = TypeVar("Reference", bound=Sequence[Hashable])


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorRates:
    """Count wrong words and wrong phones. `phones` counts those of each word's closest reference."""

    words: int
    word_errors: int
    phones: int
    phone_errors: int

    @property
    def wer(self) -> float:
        """Return the share of words that equal none of their references, from 0 to 1."""
        return self.word_errors / max(1, self.words)

    @property
    def per(self) -> float:
        """Return the edits that a phone needs; more than 1 where the outputs are longer than the references."""
        return self.phone_errors / max(1, self.phones)


def edit_distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Return the fewest insertions, deletions and substitutions that turn `a` into `b`.

    Source: Wagner and Fischer 1974, “The string-to-string correction problem”; one row of their table at a time.
    """
    row = list(range(len(b) + 1))
    for deleted, left in enumerate(a, start=1):
        diagonal, row[0] = row[0], deleted
        for column, right in enumerate(b, start=1):
            diagonal, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, diagonal + (left != right))
    return row[-1]


def alignment(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[Hashable | None, Hashable | None]]:
    """Return the edits that turn `a` into `b` at the least cost: pairs, None where there is no counterpart.

    Of several cheapest ways the one that substitutes earliest from the end is taken.

    Source: Wagner and Fischer 1974.
    """
    rows, columns = len(a) + 1, len(b) + 1
    cost = [[row + column if 0 in (row, column) else 0 for column in range(columns)] for row in range(rows)]
    for row in range(1, rows):
        for column in range(1, columns):
            substituted = cost[row - 1][column - 1] + (a[row - 1] != b[column - 1])
            cost[row][column] = min(substituted, cost[row - 1][column] + 1, cost[row][column - 1] + 1)
    pairs, row, column = [], len(a), len(b)
    while row or column:
        if row and column and cost[row][column] == cost[row - 1][column - 1] + (a[row - 1] != b[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((a[row], b[column]))
        elif row and cost[row][column] == cost[row - 1][column] + 1:
            row -= 1
            pairs.append((a[row], None))
        else:
            column -= 1
            pairs.append((None, b[column]))
    return pairs[::-1]


def closest(output: Sequence[Hashable], references: Sequence[Reference]) -> tuple[int, Reference]:
    """Return the distance to the closest reference, and that reference: of equally close ones, the first.

    Raises: ValueError if there is no reference.
    """
    if not references:
        raise ValueError("there is no reference to compare the output with")
    distances = [edit_distance(output, reference) for reference in references]
    nearest = min(distances)
    return nearest, references[distances.index(nearest)]


def error_rates(pairs: Iterable[tuple[Sequence[Hashable], Sequence[Reference]]]) -> ErrorRates:
    """Count the errors of outputs, each paired with its references; equal to any of them, an output is right.

    Raises: ValueError if an output has no reference.
    """
    found = [closest(output, references) for output, references in pairs]
    return ErrorRates(
        words=len(found),
        word_errors=sum(distance > 0 for distance, _ in found),
        phones=sum(len(reference) for _, reference in found),
        phone_errors=sum(distance for distance, _ in found),
    )
