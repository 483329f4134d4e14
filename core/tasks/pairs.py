"""A task made of anybody's own pairs: two columns of text, cut into characters or into words."""

import csv
import hashlib
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.tasks.task import Example, Known, Split

FEWEST, MOST = 20, 20_000
LONGEST = 60
MOST_BYTES = 2_000_000
MOST_SYMBOLS = 500
HELD_OUT_PERCENT = {"test": 10, "dev": 5}
PROBLEMS_SHOWN = 5
EPOCH = 4_000


class BadPairs(ValueError):
    """Say in a sentence why a text cannot be read as pairs."""


@dataclass(frozen=True)
class ReadPairs:
    """Hold the pairs that were read, and a sentence about each row that was left out (the first few)."""

    pairs: tuple[tuple[str, str], ...]
    left_out: int
    problems: tuple[str, ...]


def read_pairs(data: bytes) -> ReadPairs:
    """Read two columns of CSV or TSV in UTF-8; rows that are no pair are left out and told of.

    Raises: BadPairs if it is too large, no text, or has too few pairs or too many symbols to learn from.
    """
    if len(data) > MOST_BYTES:
        raise BadPairs(f"the text has {len(data):,} bytes; at most {MOST_BYTES:,} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPairs(f"this is not text in UTF-8: byte {error.start + 1:,} is none of a letter") from error
    if "\x00" in text:
        raise BadPairs("this is not text: it holds zero bytes")
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    pairs: dict[tuple[str, str], None] = {}
    problems: list[str] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            if problem := take_row(row, number, pairs):
                problems.append(problem)
            if len(pairs) > MOST:
                raise BadPairs(f"there are more than {MOST:,} pairs; take away some rows")
    except csv.Error as error:
        raise BadPairs(f"the columns cannot be told apart: {error}") from error
    found = tuple(pairs)
    if len(found) < FEWEST:
        told = f" ({problems[0]})" if problems else ""
        raise BadPairs(f"at least {FEWEST} different pairs are needed, found {len(found)}{told}")
    if (
        symbols := len({symbol for pair in found for side in pair for symbol in cut(side, by_word(found))})
    ) > MOST_SYMBOLS:
        raise BadPairs(f"there are {symbols:,} different symbols; at most {MOST_SYMBOLS} can be learnt here")
    return ReadPairs(found, len(problems), tuple(problems[:PROBLEMS_SHOWN]))


def take_row(row: list[str], number: int, pairs: dict[tuple[str, str], None]) -> str | None:
    """Add a row to the pairs, or return a sentence about why it cannot be; empty rows pass in silence."""
    cells = [cell.strip() for cell in row]
    if not any(cells):
        return None
    if len(cells) != 2:
        return f"row {number} has {len(cells)} columns, not 2"
    if not all(cells):
        return f"row {number} has an empty {'source' if not cells[0] else 'target'}"
    for name, cell in zip(("source", "target"), cells, strict=True):
        if len(cell) > LONGEST:
            return f"row {number} has a {name} of {len(cell)} characters; at most {LONGEST} are read"
    pairs[cells[0], cells[1]] = None
    return None


def by_word(pairs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether pairs are better cut at spaces: most sides hold several words."""
    spaced = sum(" " in side for pair in pairs for side in pair)
    return spaced > len(pairs)


def cut(text: str, words: bool) -> list[str]:
    """Cut a text into tokens."""
    return text.split() if words else list(text)


@dataclass(frozen=True)
class PairsTask:
    """Learn somebody's own pairs; which are held out is decided by a source's hash alone."""

    name: str
    title: str
    pairs: tuple[tuple[str, str], ...]

    @cached_property
    def words(self) -> bool:
        """Tell whether tokens are words rather than characters."""
        return by_word(self.pairs)

    @cached_property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """Return the right answers to each source, in the order in which they came."""
        found: dict[str, tuple[str, ...]] = {}
        for source, target in self.pairs:
            found[source] = (*found.get(source, ()), target)
        return found

    def source_tokens(self, text: str) -> list[str]:
        """Cut what is read."""
        return cut(text.strip(), self.words)

    def target_tokens(self, text: str) -> list[str]:
        """Cut what is written."""
        return cut(text.strip(), self.words)

    def target_text(self, tokens: list[str]) -> str:
        """Join what was written."""
        return (" " if self.words else "").join(tokens)

    def sound(self, token: str) -> None:
        """Return nothing: these are not sounds."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return every token of the sources, sorted."""
        return tuple(sorted({token for source, _ in self.pairs for token in self.source_tokens(source)}))

    def target_symbols(self) -> tuple[str, ...]:
        """Return every token of the targets, sorted."""
        return tuple(sorted({token for _, target in self.pairs for token in self.target_tokens(target)}))

    def data_version(self) -> str:
        """Name the pairs by their hash."""
        digest = hashlib.blake2s("\n".join("\t".join(pair) for pair in self.pairs).encode(), digest_size=6)
        return f"{len(self.pairs):,} pairs, {digest.hexdigest()}"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return all pairs that are not held out, few ones several times over, in another order each epoch."""
        kept = [self.example(source) for source in self.answers if self.split_of(source) == "train"]
        rng = random.Random(f"{self.name}-{seed}-{epoch}")
        many = kept * max(1, EPOCH // max(1, len(kept)))
        return rng.sample(many, len(many))

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return the pairs that training never passes, at most `per_group` of them if it is given."""
        found = [self.example(source) for source in self.answers if self.split_of(source) == split]
        if per_group is None or per_group >= len(found):
            return found
        return random.Random(f"{self.name}-{split}-{seed}").sample(found, per_group)

    def examples(self) -> tuple[Example, ...]:
        """Return a few held-out pairs."""
        return tuple(self.held_out("test")[:8])

    def known(self, source: str) -> Known | None:
        """Return the right answers to a source that is among the pairs."""
        found = self.answers.get(source.strip())
        return None if found is None else Known(found, held_out=self.split_of(source.strip()) != "train")

    def example(self, source: str) -> Example:
        """Return a source with its answers."""
        first, *others = self.answers[source]
        return Example(source, first, "pairs", tuple(others))

    @cached_property
    def splits(self) -> dict[str, str]:
        """Put each source into a split by the order of hashes, so that even few pairs have some held out."""
        ordered = sorted(self.answers, key=lambda source: hashlib.blake2s(source.encode(), digest_size=8).digest())
        test = max(1, len(ordered) * HELD_OUT_PERCENT["test"] // 100)
        dev = max(1, len(ordered) * HELD_OUT_PERCENT["dev"] // 100)
        return {
            source: "test" if place < test else "dev" if place < test + dev else "train"
            for place, source in enumerate(ordered)
        }

    def split_of(self, source: str) -> str:
        """Return the split of a source that is among the pairs."""
        return self.splits[source]
