"""Dates → ISO: read a day as people write it in many languages, write it as 2001-03-03."""

import hashlib
import random
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from core.tasks.date_formats import (
    FIRST_YEAR,
    GROUPS,
    LAST_YEAR,
    DateFormat,
    data_version,
    date_formats,
    lower_case,
    upper_case,
)
from core.tasks.folding import fold_signs
from core.tasks.task import Example, Known, Split

# The app shows these as its first examples, so training must never pass them, whatever their hash says.
SHOWN_DAYS = frozenset({date(2001, 3, 3), date(2016, 8, 21), date(2016, 1, 5), date(1984, 1, 1), date(2009, 6, 25)})
TEST_PERCENT, DEV_PERCENT = 5, 2
UPPER_SHARE, LOWER_SHARE = 0.1, 0.1
PER_GROUP = 60

EXAMPLES = (
    Example("3 mars 2001", "2001-03-03", "fr"),
    Example("March 3rd, 2001", "2001-03-03", "en-ordinal"),
    Example("2001年3月3日", "2001-03-03", "ja"),
    Example("the 25th of June, 2009", "2009-06-25", "en-ordinal"),
    Example("12 Ağustos 2019 Pazartesi", "2019-08-12", "tr"),
    Example("ЧЕТВЕРГ, 9 МАЯ 1991 Г.", "1991-05-09", "ru"),
    # The same word: November in Polish, October in Croatian. Only the full stops tell.
    Example("16 listopada 1998", "1998-11-16", "pl"),
    Example("16. listopada 1998.", "1998-10-16", "hr"),
    Example("الأربعاء، 28 أكتوبر 2009", "2009-10-28", "ar"),
    Example("2060년 2월 29일 일요일", "2060-02-29", "ko"),
)


class Dates:
    """Read a date in any of the known ways, write it in ISO 8601, one character a token.

    Days, not strings, are held out: no way of writing a test day is ever trained on.
    """

    name = "dates"
    title = "Dates → ISO"

    def source_tokens(self, text: str) -> list[str]:
        """Cut into characters, after Unicode NFC and with the signs and digits of a keyboard."""
        return list(fold_signs(unicodedata.normalize("NFC", text)))

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
        """Return nothing: digits are not sounds."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return every character that a source may hold, sorted.

        Raises: ImportError if Babel is not installed.
        """
        return _source_symbols()

    def target_symbols(self) -> tuple[str, ...]:
        """Return the digits and the hyphen, sorted."""
        return tuple("-0123456789")

    def data_version(self) -> str:
        """Name Babel and the CLDR data it ships, and how much of it is used.

        Raises: ImportError if Babel is not installed.
        """
        return data_version()

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return every training day once, shuffled, each in a group, a format and a case drawn anew.

        Raises: ImportError if Babel is not installed.
        """
        rng = random.Random(f"{seed}-{epoch}")
        days = list(days_of("train"))
        rng.shuffle(days)
        return [draw(day, rng.choice(GROUPS), rng) for day in days]

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return `per_group` examples of each group (None: 60), on different days, formats and cases drawn.

        Raises: ValueError if the split is unknown or has fewer days than `per_group`; ImportError without Babel.
        """
        if split not in ("dev", "test"):
            raise ValueError(f"split={split!r} is not held out; expected 'dev' or 'test'")
        days = days_of(split)
        per_group = PER_GROUP if per_group is None else per_group
        if not 0 < per_group <= len(days):
            raise ValueError(f"per_group={per_group} is not between 1 and {len(days)}, the number of {split} days")
        rng = random.Random(f"{split}-{seed}")
        return [draw(day, group, rng) for group in GROUPS for day in rng.sample(days, per_group)]

    def examples(self) -> tuple[Example, ...]:
        """Return a few examples on test days, from the plain to the surprising."""
        return EXAMPLES

    def known(self, source: str) -> Known | None:
        """Return the right answer to one of the examples."""
        target = next((example.target for example in EXAMPLES if example.source == source), None)
        return None if target is None else Known((target,), held_out=True)


def split_of(day: date) -> Literal["train", "dev", "test"]:
    """Return the split of a day, which depends on the day alone, on any machine and in any version."""
    if day in SHOWN_DAYS:
        return "test"
    percentile = int.from_bytes(hashlib.blake2s(day.isoformat().encode(), digest_size=8).digest(), "big") % 100
    if percentile < TEST_PERCENT:
        return "test"
    return "dev" if percentile < TEST_PERCENT + DEV_PERCENT else "train"


@lru_cache(maxsize=3)
def days_of(split: Literal["train", "dev", "test"]) -> tuple[date, ...]:
    """Return the days of a split, in order."""
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(day for day in days if split_of(day) == split)


def spellings(day: date, group: str, form: DateFormat) -> tuple[str, str, str]:
    """Return a day as the format writes it, in capitals and in small letters."""
    text = form.write(day)
    return text, upper_case(text, group), lower_case(text, group)


def draw(day: date, group: str, rng: random.Random) -> Example:
    """Write a day in a format of a group, in any case."""
    text = rng.choice(date_formats()[group]).write(day)
    case = rng.random()
    if case < UPPER_SHARE:
        text = upper_case(text, group)
    elif case < UPPER_SHARE + LOWER_SHARE:
        text = lower_case(text, group)
    return Example(text, day.isoformat(), group)


@lru_cache(maxsize=1)
def _source_symbols() -> tuple[str, ...]:
    # One leap year holds every name of a month, of a weekday and every digit.
    symbols: set[str] = set()
    for group, forms in date_formats().items():
        for form in forms:
            for number in range(366):
                symbols.update(*spellings(date(2004, 1, 1) + timedelta(days=number), group, form))
    return tuple(sorted(symbols))
