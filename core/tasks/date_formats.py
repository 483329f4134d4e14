"""The ways in which a day is written: what CLDR says of each locale, and what people write besides.

Only `date_formats` needs Babel, and imports it when it is called: the running app never does.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING

from core.tasks.folding import fold_signs

if TYPE_CHECKING:
    from babel import Locale

FIRST_YEAR, LAST_YEAR = 1900, 2099

LOCALES = [
    "ar", "bg", "ca", "cs", "cy", "da", "de", "el", "en", "en_GB", "es", "et", "fi", "fr", "ga", "he", "hi", "hr", "hu",
    "id", "is", "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "uk",
    "vi", "zh", "zh_Hant",
]  # fmt: skip

# `short` is left out throughout: 3/9/2001 is March in one locale and September in another.
STYLES = ("full", "long", "medium")
SKELETONS = ("yMMMd", "yMMMEd", "yMMMMd", "yMMMMEEEEd")

# What people write in English and CLDR lacks. The names in braces are the keys of _english_names.
HANDWRITTEN = {
    "en-ordinal": (
        "{month} {ordinal}, {year}",
        "{month} {ordinal} {year}",
        "{mon} {ordinal}, {year}",
        "{mon} {ordinal} {year}",
        "{ordinal} {month} {year}",
        "{ordinal} {mon} {year}",
        "{ordinal} of {month} {year}",
        "{ordinal} of {month}, {year}",
        "the {ordinal} of {month} {year}",
        "the {ordinal} of {month}, {year}",
        "{weekday}, {month} {ordinal}, {year}",
        "{weekday}, {ordinal} of {month} {year}",
        "{weekday} the {ordinal} of {month} {year}",
    ),
    "en-plain": (
        "{weekday}, {day} {month} {year}",
        "{weekday} {day} {month} {year}",
        "{wkd} {day} {mon} {year}",
        "{day} {month} {year}",
        "{day} {month}, {year}",
        "{day} {mon} {year}",
        "{month} {day} {year}",
        "{mon} {day} {year}",
        "{mon.} {day}, {year}",
    ),
    "iso": (
        "{year}-{mm}-{dd}",
        "{year}/{mm}/{dd}",
        "{year}.{mm}.{dd}",
        "{year}/{m}/{day}",
        "{year}{mm}{dd}",
    ),
}

# Where the first of a month, and no other day, is an ordinal; CLDR writes a plain 1.
FIRST_OF_MONTH = {"fr": "1er", "it": "1º", "pt": "1º"}

GROUPS = (*LOCALES, *HANDWRITTEN)

YEAR, MONTH, DAY, WEEKDAY = range(4)
Names = tuple[int, dict[int, str]]  # one of the four above, and how each of its values is written


@dataclass(frozen=True)
class DateFormat:
    """Write days in one way: literal text and looked-up names, in order. Babel itself is ten times slower."""

    parts: tuple[str | Names, ...]

    def write(self, day: date) -> str:
        """Return the text of one day."""
        values = (day.year, day.month, day.day, day.weekday())
        return "".join([part if isinstance(part, str) else part[1][values[part[0]]] for part in self.parts])


@lru_cache(maxsize=1)
def date_formats() -> dict[str, tuple[DateFormat, ...]]:
    """Return the formats of every group, each once.

    Raises: ImportError if Babel is not installed.
    """
    formats = {locale: tuple(_locale_formats(locale)) for locale in LOCALES}
    return formats | {group: tuple(map(_handwritten_format, texts)) for group, texts in HANDWRITTEN.items()}


def data_version() -> str:
    """Name Babel, the CLDR release it ships and how many groups and formats are used.

    Raises: ImportError if Babel is not installed.
    """
    formats = date_formats()
    import babel
    from babel.core import get_cldr_version

    count = sum(map(len, formats.values()))
    return f"Babel {babel.__version__}, CLDR {get_cldr_version()}, {len(formats)} groups, {count} formats"


def cldr_patterns(locale: "Locale") -> Iterator[str]:
    """Yield the patterns of a locale that we use, each once."""
    patterns = [locale.date_formats[style].pattern for style in STYLES]
    skeletons = locale.datetime_skeletons
    patterns += [str(skeletons[name].pattern) for name in SKELETONS if name in skeletons]
    for pattern in dict.fromkeys(patterns):
        # Marks of writing direction (in Arabic numeric dates) are invisible, and nobody types them.
        if not any(unicodedata.category(symbol) == "Cf" for symbol in pattern):
            yield pattern


def upper_case(text: str, group: str) -> str:
    """Return text in capitals as its readers write them: a dotted İ in Turkish, no acute in Greek."""
    if group == "tr":
        text = text.replace("i", "İ")
    text = text.upper()
    if group == "el":
        text = unicodedata.normalize("NFD", text).replace("\u0301", "")
    return unicodedata.normalize("NFC", text)


def lower_case(text: str, group: str) -> str:
    """Return text in small letters as its readers write them: I is ı in Turkish."""
    if group == "tr":
        text = text.replace("I", "ı").replace("İ", "i")
    return unicodedata.normalize("NFC", text.lower())


def _locale_formats(identifier: str) -> Iterator[DateFormat]:
    try:
        from babel import Locale
        from babel.dates import tokenize_pattern
    except ImportError as error:
        raise ImportError("generating dates needs Babel (reading them does not): pip install babel") from error
    locale = Locale.parse(identifier)
    for pattern in cldr_patterns(locale):
        parts = []
        for _, value in tokenize_pattern(pattern):
            parts.append(fold_signs(value) if isinstance(value, str) else _cldr_names(locale, *value))
        yield DateFormat(tuple(parts))
        if identifier in FIRST_OF_MONTH:
            yield DateFormat(tuple(_with_first(part, FIRST_OF_MONTH[identifier]) for part in parts))


def _with_first(part: str | Names, first: str) -> str | Names:
    """Write the first of a month as an ordinal in the part that holds the day."""
    return (DAY, part[1] | {1: first}) if not isinstance(part, str) and part[0] == DAY else part


@lru_cache(maxsize=1024)
def _cldr_names(locale: "Locale", letter: str, width: int) -> str | Names:
    """Return what Babel writes for one field of a pattern, for every value that it can have."""
    from babel.dates import DateTimeFormat

    def write(day: date) -> str:
        return fold_signs(unicodedata.normalize("NFC", DateTimeFormat(day, locale)[letter * width]))

    if letter == "y":
        return YEAR, {year: write(date(year, 1, 1)) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    if letter in "ML":
        return MONTH, {month: write(date(2001, month, 1)) for month in range(1, 13)}
    if letter == "d":
        return DAY, {number: write(date(2001, 1, number)) for number in range(1, 32)}
    if letter in "Ec":
        return WEEKDAY, {weekday: write(date(2001, 1, 1 + weekday)) for weekday in range(7)}  # a Monday
    if letter == "G":
        return write(date(2001, 1, 1))
    raise ValueError(f"cannot write the field {letter * width!r} of a date in the locale {locale}")


def _handwritten_format(text: str) -> DateFormat:
    names = _english_names()
    parts: list[str | Names] = []
    for literal, name, _, _ in Formatter().parse(text):
        parts += [literal] if literal else []
        parts += [names[name]] if name else []
    return DateFormat(tuple(parts))


@lru_cache(maxsize=1)
def _english_names() -> dict[str, Names]:
    months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]  # fmt: skip
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    return {
        "year": (YEAR, {year: str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)}),
        "month": (MONTH, _numbered(months, 1)),
        "mon": (MONTH, _numbered((month[:3] for month in months), 1)),
        "mon.": (MONTH, _numbered((month if len(month) == 3 else month[:3] + "." for month in months), 1)),
        "m": (MONTH, {month: str(month) for month in range(1, 13)}),
        "mm": (MONTH, {month: f"{month:02}" for month in range(1, 13)}),
        "day": (DAY, {day: str(day) for day in range(1, 32)}),
        "dd": (DAY, {day: f"{day:02}" for day in range(1, 32)}),
        "ordinal": (DAY, {day: ordinal(day) for day in range(1, 32)}),
        "weekday": (WEEKDAY, _numbered(weekdays, 0)),
        "wkd": (WEEKDAY, _numbered((weekday[:3] for weekday in weekdays), 0)),
    }


def _numbered(names: Iterable[str], first: int) -> dict[int, str]:
    return dict(enumerate(names, first))


def ordinal(number: int) -> str:
    """Return the English ordinal of a day of the month: 1st, 2nd, 11th, 21st."""
    suffix = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
