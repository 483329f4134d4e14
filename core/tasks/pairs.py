"""A task made of anybody's own pairs: which of them are held out, and whether they are cut into characters or words."""

import hashlib
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.tasks.task import Example, Known, Split

KIND = "pairs"
MOST_SYMBOLS = 500
HELD_OUT_PERCENT = {"test": 10, "dev": 10}
EPOCH = 4_000
SHOWN = 8

Pairs = tuple[tuple[str, str], ...]


def plain(text: str) -> str:
    """Return a text as it is kept and compared: in Unicode NFC, with single spaces between words and none around."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def by_word(pairs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether pairs are better cut at spaces: most sides hold several words, and there are few different ones."""
    spaced = sum(" " in side for pair in pairs for side in pair)
    return spaced > len(pairs) and symbol_count(pairs, words=True) <= MOST_SYMBOLS


def cut(text: str, words: bool) -> list[str]:
    """Cut a text into tokens."""
    return text.split() if words else list(text)


def symbol_count(pairs: Sequence[tuple[str, str]], words: bool) -> int:
    """Count the different tokens of both sides."""
    return len({symbol for pair in pairs for side in pair for symbol in cut(side, words)})


@dataclass(frozen=True)
class PairsTask:
    """Learn somebody's own pairs; which are held out is decided by the sources' hashes alone."""

    pairs: Pairs

    @cached_property
    def name(self) -> str:
        """Return a name that no other pairs have."""
        digest = hashlib.blake2s("\n".join("\t".join(pair) for pair in self.pairs).encode(), digest_size=6)
        return f"{KIND}-{digest.hexdigest()}"

    @property
    def title(self) -> str:
        """Say how many pairs they are."""
        return f"{len(self.pairs):,} pairs"

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

    @cached_property
    def longest(self) -> tuple[int, int]:
        """Return the tokens of the longest source and of the longest target."""
        sizes = [(len(cut(source, self.words)), len(cut(target, self.words))) for source, target in self.pairs]
        return max(source for source, _ in sizes), max(target for _, target in sizes)

    def source_tokens(self, text: str) -> list[str]:
        """Cut what is read."""
        return cut(plain(text), self.words)

    def source_text(self, tokens: list[str]) -> str:
        """Join what is read."""
        return (" " if self.words else "").join(tokens)

    def target_tokens(self, text: str) -> list[str]:
        """Cut what is written."""
        return cut(plain(text), self.words)

    def target_text(self, tokens: list[str]) -> str:
        """Join what was written."""
        return (" " if self.words else "").join(tokens)

    def sound(self, token: str) -> None:
        """Return nothing: these are not sounds."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return every token of the sources, sorted."""
        return tuple(sorted({token for source, _ in self.pairs for token in cut(source, self.words)}))

    def target_symbols(self) -> tuple[str, ...]:
        """Return every token of the targets, sorted."""
        return tuple(sorted({token for _, target in self.pairs for token in cut(target, self.words)}))

    def data_version(self) -> str:
        """Name the pairs by their number and hash."""
        return f"{self.title}, {self.name.removeprefix(f'{KIND}-')}"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return all pairs that are not held out, few ones several times over, in another order each epoch."""
        kept = [Example(source, target, KIND) for source, target in self.pairs if self.split_of(source) == "train"]
        rng = random.Random(f"{self.name}-{seed}-{epoch}")
        many = kept * max(1, EPOCH // max(1, len(kept)))
        return rng.sample(many, len(many))

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return the sources that training never passes, at most `per_group` of them if it is given."""
        found = [self.example(source) for source in self.answers if self.split_of(source) == split]
        if per_group is None or per_group >= len(found):
            return found
        return random.Random(f"{self.name}-{split}-{seed}").sample(found, per_group)

    def examples(self) -> tuple[Example, ...]:
        """Return a few held-out pairs."""
        return tuple(self.held_out("test")[:SHOWN])

    def known(self, source: str) -> Known | None:
        """Return the right answers to a source that is among the pairs."""
        found = self.answers.get(plain(source))
        return None if found is None else Known(found, held_out=self.split_of(plain(source)) != "train")

    def example(self, source: str) -> Example:
        """Return a source with its answers."""
        first, *others = self.answers[source]
        return Example(source, first, KIND, tuple(others))

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
