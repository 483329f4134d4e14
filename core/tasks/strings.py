"""Copy, reverse, sort and add: generated tasks whose right answer, and right attention, anyone can say."""

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Literal

from core.tasks.task import Example, Known, Split

LETTERS, DIGITS = "abcdefghij", "0123456789"
SHORTEST, LONGEST = 3, 10
LONGEST_NUMBER = 4
EPOCH = 20_000
PER_GROUP = 250
TEST_PERCENT, DEV_PERCENT = 5, 2


class Strings:
    """Read a string of 3 to 10 symbols, write what a rule makes of it, one character a token.

    Strings are held out by their hash alone: a test string is never trained on, on any machine.
    """

    def __init__(self, name: str, title: str, symbols: str, rule: Callable[[str], str], shown: tuple[str, ...]):
        self.name = name
        self.title = title
        self.symbols = symbols
        self.rule = rule
        self.shown = shown

    def source_tokens(self, text: str) -> list[str]:
        """Cut into characters, in small letters and without spaces."""
        return list("".join(text.lower().split()))

    def source_text(self, tokens: list[str]) -> str:
        """Join characters."""
        return "".join(tokens)

    def target_tokens(self, text: str) -> list[str]:
        """Cut into characters."""
        return list(text)

    def target_text(self, tokens: list[str]) -> str:
        """Join characters."""
        return "".join(tokens)

    def sound(self, token: str) -> None:
        """Return nothing: these are not sounds."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return the symbols of a source, sorted."""
        return tuple(sorted(self.symbols))

    def target_symbols(self) -> tuple[str, ...]:
        """Return the symbols of a target, sorted."""
        return tuple(sorted(set(self.symbols) & set(LETTERS + DIGITS)))

    def data_version(self) -> str:
        """Say what is generated."""
        return f"{self.name}: strings of {SHORTEST} to {LONGEST} of {self.symbols}, generated"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return 20,000 strings that are not held out, every group alike."""
        rng = random.Random(f"{self.name}-{seed}-{epoch}")
        groups = itertools.cycle(self.groups())
        drawn = (self.draw(next(groups), rng) for _ in itertools.count())
        kept = (source for source in drawn if self.split_of(source) == "train")
        return [self.example(source) for source in itertools.islice(kept, EPOCH)]

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return different held-out strings, `per_group` of each group (None: 250), or all where there are fewer.

        Raises: ValueError if the split is unknown or `per_group` is not positive.
        """
        if split not in ("dev", "test"):
            raise ValueError(f"split={split!r} is not held out; expected 'dev' or 'test'")
        per_group = PER_GROUP if per_group is None else per_group
        if per_group < 1:
            raise ValueError(f"per_group={per_group} is not positive")
        rng = random.Random(f"{self.name}-{split}-{seed}")
        return [self.example(source) for group in self.groups() for source in self.some(group, split, per_group, rng)]

    def examples(self) -> tuple[Example, ...]:
        """Return a few strings worth looking at, all held out."""
        return tuple(self.example(source) for source in self.shown)

    def known(self, source: str) -> Known | None:
        """Return the right answer to any string that fits the rule."""
        tokens = "".join(self.source_tokens(source))
        if not self.fits(tokens):
            return None
        return Known((self.rule(tokens),), held_out=self.split_of(tokens) != "train")

    def groups(self) -> tuple[int, ...]:
        """Return the lengths."""
        return tuple(range(SHORTEST, LONGEST + 1))

    def all_of(self, group: int) -> Iterator[str]:
        """Return every string of a group."""
        return ("".join(symbols) for symbols in itertools.product(self.symbols, repeat=group))

    def count(self, group: int) -> int:
        """Return how many strings a group has."""
        return len(self.symbols) ** group

    def draw(self, group: int, rng: random.Random) -> str:
        """Draw a string of a group."""
        return "".join(rng.choices(self.symbols, k=group))

    def fits(self, source: str) -> bool:
        """Tell whether the rule has an answer to a source."""
        return bool(source) and set(source) <= set(self.symbols)

    def example(self, source: str) -> Example:
        """Return a string with its answer, in its group."""
        return Example(source, self.rule(source), f"{len(source):2d} symbols")

    def some(self, group: int, split: Split, wanted: int, rng: random.Random) -> list[str]:
        """Return different strings of a group that are in a split; all of them if there are not that many."""
        if self.count(group) <= 20_000:
            found = [source for source in self.all_of(group) if self.split_of(source) == split]
            return rng.sample(found, min(wanted, len(found)))
        kept: dict[str, None] = {}
        while len(kept) < wanted:
            source = self.draw(group, rng)
            if self.split_of(source) == split:
                kept[source] = None
        return list(kept)

    def split_of(self, source: str) -> Literal["train", "dev", "test"]:
        """Return the split of a string: what the app shows and five of a hundred others are for tests."""
        if source in self.shown:
            return "test"
        digest = hashlib.blake2s(source.encode(), digest_size=8).digest()
        percentile = int.from_bytes(digest, "big") % 100
        if percentile < TEST_PERCENT:
            return "test"
        return "dev" if percentile < TEST_PERCENT + DEV_PERCENT else "train"


class Addition(Strings):
    """Read a sum of two numbers of up to four digits, write the result, its last digit first.

    The last digit needs the last digits alone, and each further one also the carry of the one before, which has just
    been written: in this order a decoder can add as people do on paper. In the other it would have to know every carry
    before its first token.

    Source: Lee et al. 2023, "Teaching Arithmetic to Small Transformers", § 3 (reversed output).
    """

    def groups(self) -> tuple[int, ...]:
        """Return the numbers of digits of the longer number."""
        return tuple(range(1, LONGEST_NUMBER + 1))

    def all_of(self, group: int) -> Iterator[str]:
        """Return every sum of a group."""
        numbers = range(10**group)
        return (f"{a}+{b}" for a in numbers for b in numbers if max(len(str(a)), len(str(b))) == group)

    def count(self, group: int) -> int:
        """Return how many sums a group has, or slightly more."""
        return 10 ** (2 * group)

    def draw(self, group: int, rng: random.Random) -> str:
        """Draw a sum: one number of `group` digits, the other of at most as many."""
        longer = rng.randrange(10 ** (group - 1) if group > 1 else 0, 10**group)
        width = rng.randint(1, group)
        numbers = [longer, rng.randrange(10 ** (width - 1) if width > 1 else 0, 10**width)]
        rng.shuffle(numbers)
        return "{}+{}".format(*numbers)

    def fits(self, source: str) -> bool:
        """Tell whether this is a sum of two numbers."""
        parts = source.split("+")
        return len(parts) == 2 and all(part and set(part) <= set(DIGITS) for part in parts)

    def example(self, source: str) -> Example:
        """Return a sum with its answer, in the group of its longer number."""
        digits = max(len(part) for part in source.split("+"))
        return Example(source, self.rule(source), f"{digits} digit{'s' if digits > 1 else ''}")

    def data_version(self) -> str:
        """Say what is generated."""
        return f"addition: two numbers of up to {LONGEST_NUMBER} digits, the sum's last digit first, generated"


def add_reversed(source: str) -> str:
    """Return the sum of `12+345`, its last digit first: 753."""
    return str(sum(int(part) for part in source.split("+")))[::-1]


STRING_TASKS = (
    Strings("copy", "Copy", LETTERS, str, ("jade", "cabbage", "headbadge", "aaabbb")),
    Strings("reverse", "Reverse", LETTERS, lambda text: text[::-1], ("jade", "cabbage", "aabbcc", "abcdefghij")),
    Strings("sort", "Sort", DIGITS, lambda text: "".join(sorted(text)), ("3141", "31415926", "900", "9876543210")),
    Addition("addition", "Addition", DIGITS + "+", add_reversed, ("7+8", "99+1", "128+256", "1999+2024")),
)
