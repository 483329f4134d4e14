"""English sentences with translations, read from a file: which are held out is decided by the English alone."""

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from core.tasks.sentence_examples import LANGUAGES, SHOWN
from core.tasks.task import Example, Split
from core.tokenizers import MARK

TEST_PER_MILLE, DEV_PER_MILLE = 35, 18
MOST_HELD_OUT: dict[Split, int] = {"test": 1000, "dev": 500}  # of each language, the first by their hashes
HEADER = "english\tlanguage\ttranslation\tattribution"


class Row(NamedTuple):
    """Hold a line of the file: a sentence, its translation into a language, and whom to thank for both."""

    english: str
    language: str
    translation: str
    attribution: str


def as_written(text: str) -> str:
    """Return a text as it is cut into pieces: in Unicode NFC, with single spaces and without the mark of a word."""
    return unicodedata.normalize("NFC", " ".join(text.replace(MARK, "_").split()))


def key_of(english: str) -> str:
    """Return what near-duplicates have in common: small letters, without punctuation."""
    kept = (character for character in english.casefold() if unicodedata.category(character)[0] not in "PS")
    return " ".join("".join(kept).split())


def digest_of(english: str) -> int:
    """Return a number that depends on the words of a sentence alone, on any machine."""
    return int.from_bytes(hashlib.blake2s(key_of(english).encode(), digest_size=8).digest(), "big")


SHOWN_KEYS = frozenset(map(key_of, SHOWN))


@lru_cache(maxsize=1 << 19)
def split_of(english: str) -> Literal["train", "dev", "test"]:
    """Return the split of an English sentence, which is the same for every language."""
    if key_of(english) in SHOWN_KEYS:
        return "test"
    share = digest_of(english) % 1000
    if share < TEST_PER_MILLE:
        return "test"
    return "dev" if share < TEST_PER_MILLE + DEV_PER_MILLE else "train"


def read_rows(path: Path) -> tuple[Row, ...]:
    """Read the file that `python -m core.tasks.sentences_data` writes.

    Raises: ValueError naming the first line that does not fit; OSError if there is no such file.
    """
    header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if header != HEADER:
        raise ValueError(f"{path.name} must begin with the columns {HEADER.split(chr(9))}, got {header[:80]!r}")
    rows = []
    for number, line in enumerate(lines, 2):
        parts = line.split("\t")
        if len(parts) != 4 or parts[1] not in LANGUAGES or not (parts[0] and parts[2]):
            raise ValueError(f"line {number} of {path.name} is not a sentence, a language, a translation, a source")
        rows.append(Row(*parts))
    return tuple(rows)


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write the file that `read_rows` reads."""
    path.write_text("\n".join([HEADER, *map("\t".join, rows)]) + "\n", encoding="utf-8")


def training_examples(rows: Iterable[Row]) -> dict[str, list[Example]]:
    """Return the pairs that training passes, by language."""
    found: dict[str, list[Example]] = {language: [] for language in LANGUAGES}
    for row in rows:
        if split_of(row.english) == "train":
            found[row.language].append(Example(source_of(row.language, row.english), row.translation, row.language))
    return found


def held_out_examples(rows: Iterable[Row], split: Split) -> dict[str, list[Example]]:
    """Return the sentences of a split by language, each with all its translations: at most 1,000 or 500 of them."""
    answers: dict[str, dict[str, list[Row]]] = {language: {} for language in LANGUAGES}
    for row in rows:
        if split_of(row.english) == split:
            answers[row.language].setdefault(key_of(row.english), []).append(row)
    found = {}
    for language, by_key in answers.items():
        chosen = sorted(by_key.values(), key=lambda alike: digest_of(alike[0].english))[: MOST_HELD_OUT[split]]
        found[language] = [example_of(language, alike) for alike in chosen]
    return found


def example_of(language: str, alike: list[Row]) -> Example:
    """Return a sentence with its translations."""
    first, *others = dict.fromkeys(row.translation for row in alike)
    return Example(source_of(language, alike[0].english), first, language, tuple(others))


def source_of(language: str, english: str) -> str:
    """Return what the encoder reads: the language to write, then the sentence."""
    return f"{token_of(language)} {english}"


def token_of(language: str) -> str:
    """Return the token that asks for a language."""
    return f"→{language}"
