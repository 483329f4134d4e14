"""Dates as people type them and CLDR does not list them, in kinds, each with what writes a day so.

Native digits need no kind of their own: they are folded before any model reads them.
"""

import random
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from core.tasks.date_formats import MONTH, date_formats, lower_case, upper_case
from core.tasks.dates import LOWER_SHARE, UPPER_SHARE
from core.tasks.doubts.date_parts import ENGLISH_ORDINALS, ERA_YEARS, GERMAN_ORDINALS, UNITS
from core.tasks.doubts.dates import certain_day
from core.tasks.task import Example

Write = Callable[[date, random.Random], str | None]

ACCENTED = (
    "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it", "lt", "lv", "nb", "pl", "pt",
    "ro", "sk", "sl", "sv", "tr", "vi",
)  # fmt: skip
DECLINED = ("cs", "el", "fi", "hr", "lt", "pl", "ru", "sk", "uk")
JOINED = ("cs", "da", "de", "en", "es", "fi", "fr", "id", "it", "nb", "nl", "pl", "pt", "ru", "sv", "tr", "uk")
# Marks that people put in another's place: grave, acute, circumflex, diaeresis.
MARKS = "\u0300\u0301\u0302\u0308"
OTHER_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}
TRIES = 4
WRONG_SHARE = 0.3
KANJI = {value: sign for sign, value in UNITS.items() if sign != "零"}
ERA_STARTS = (
    ("令和", date(2019, 5, 1)), ("平成", date(1989, 1, 8)), ("昭和", date(1926, 12, 25)), ("大正", date(1912, 7, 30)),
    ("明治", date(1873, 1, 1)),
)  # fmt: skip
REPUBLIC = date(1912, 1, 1)
SPELLED = (
    "the {en} of {month} {year}", "{en} of {month}, {year}", "{month} {en}, {year}", "{month} the {en}, {year}",
    "der {de} {monat} {year}", "{de} {monat} {year}", "am {de}n {monat} {year}", "den {de}n {monat} {year}",
)  # fmt: skip
UNSPACED = ("{month}{day},{year}", "{day}{month}{year}", "{day}{month},{year}", "{month}{day}, {year}")
YEAR_FIRST = (
    "{year} {m} {day}", "{year} {mm} {dd}", "{year}. {m}. {day}", "{year} . {m} . {day}", "{year} {month} {day}",
    "{year}, {month} {day}", "{year}. {month} {day}.", "{year}-{month}-{day}",
)  # fmt: skip
KANJI_TEXTS = (
    "{kanji_year}年{kanji_m}月{kanji_d}日", "{year}年{kanji_m}月{kanji_d}日", "{year}年{m}月{day}号",
    "{year}年{m}月{day}號", "{year}年{kanji_m}月{kanji_d}号", "{year} 年 {m} 月 {day} 日",
)  # fmt: skip
ONE_READING = ("{day}{s}{m}{s}{year}", "{dd}{s}{mm}{s}{year}", "{m}{s}{day}{s}{year}", "{mm}{s}{dd}{s}{year}",
               "{year}{s}{dd}{s}{mm}", "{year}{s}{day}{s}{m}")  # fmt: skip


def write_bare(day: date, rng: random.Random) -> str | None:
    """Write a day without its accents, or with another in the place of each."""
    for _ in range(TRIES):
        text, wrong = rng.choice(date_formats()[rng.choice(ACCENTED)]).write(day), rng.random() < WRONG_SHARE
        bare = "".join(_with_accent(letter, rng) if wrong else _without_accent(letter) for letter in text)
        if bare != text:
            return bare
    return None


def write_declined(day: date, rng: random.Random) -> str | None:
    """Write a month as it is called by itself, where the language declines it, or the year with its word in full."""
    locale = rng.choice(DECLINED)
    if locale in ("ru", "uk") and rng.random() < 0.5:
        month = rng.choice(sorted(_names(locale, day.month, wide=True)))
        return f"{day.day} {month} {day.year} {'года' if locale == 'ru' else 'року'}"
    dot = "." if locale in ("cs", "fi", "hr", "sk") else ""
    return f"{day.day}{dot} {_standing_alone(locale)[day.month]} {day.year}"


def write_spelled(day: date, rng: random.Random) -> str:
    """Write the day of the month as an ordinal in letters, in English or German."""
    return rng.choice(SPELLED).format(**_fields(day))


def write_unspaced(day: date, rng: random.Random) -> str:
    """Write a day without some or all of its spaces."""
    return rng.choice(UNSPACED).format(**_fields(day) | {"month": _any_month(day, rng)})


def write_joined(day: date, rng: random.Random) -> str:
    """Write day, named month and year with hyphens, slashes or full stops between them."""
    fields = _fields(day) | {"month": _any_month(day, rng), "s": rng.choice("-/.")}
    return rng.choice(("{day}{s}{month}{s}{year}", "{dd}{s}{month}{s}{year}")).format(**fields)


def write_year_first(day: date, rng: random.Random) -> str:
    """Write the year first, with spaces or full stops."""
    return rng.choice(YEAR_FIRST).format(**_fields(day))


def write_kanji(day: date, rng: random.Random) -> str:
    """Write numbers in kanji, or the day with the sign of everyday Chinese."""
    return rng.choice(KANJI_TEXTS).format(**_fields(day))


def write_era(day: date, rng: random.Random) -> str | None:
    """Write the year as one of an era of Japan, or of the Republic that Taiwan counts from."""
    era: str | None
    if rng.random() < 0.2 and day >= REPUBLIC:
        era = "民國"
    else:
        era = next((name for name, start in ERA_STARTS if day >= start), None)
    if era is None:
        return None
    number = day.year - ERA_YEARS[era]
    year = "元" if number == 1 and rng.random() < 0.5 else str(number)
    return f"{era}{year}年{day.month}月{day.day}日"


def write_buddhist(day: date, rng: random.Random) -> str:
    """Write the year as Thailand counts it."""
    era = rng.choice(("", "", "พ.ศ. "))
    return f"{day.day} {rng.choice(sorted(_names('th', day.month)))} {era}{day.year - ERA_YEARS['พ.ศ']}"


def write_one_reading(day: date, rng: random.Random) -> str | None:
    """Write day and month in numbers, in either order, where only one reading is possible."""
    if day.day <= 12 and day.day != day.month:
        return None
    return rng.choice(ONE_READING).format(**_fields(day) | {"s": rng.choice("/-.")})


KINDS: dict[str, Write] = {
    "typed-accents": write_bare,
    "typed-nominative": write_declined,
    "typed-spelled": write_spelled,
    "typed-unspaced": write_unspaced,
    "typed-joined": write_joined,
    "typed-year-first": write_year_first,
    "typed-kanji": write_kanji,
    "typed-era": write_era,
    "typed-buddhist": write_buddhist,
    "typed-one-reading": write_one_reading,
}


def draw_kind(day: date, kind: str, rng: random.Random) -> Example | None:
    """Write a day in a kind, in any case; None if it cannot be written so, or not in a way that has one reading."""
    text = KINDS[kind](day, rng)
    if text is None or certain_day(text) != day.isoformat():
        return None
    case = rng.random()
    if case < UPPER_SHARE:
        text = upper_case(text, "")
    elif case < UPPER_SHARE + LOWER_SHARE:
        text = lower_case(text, "")
    return Example(text, day.isoformat(), kind)


def _fields(day: date) -> dict[str, object]:
    return {
        "year": day.year, "m": day.month, "mm": f"{day.month:02}", "day": day.day, "dd": f"{day.day:02}",
        "month": min(_names("en", day.month, wide=True)), "monat": _standing_alone("de")[day.month],
        "en": ENGLISH_ORDINALS[day.day - 1], "de": GERMAN_ORDINALS[day.day - 1], "kanji_m": _kanji(day.month),
        "kanji_d": _kanji(day.day), "kanji_year": "".join(KANJI[int(digit)] for digit in str(day.year)),
    }  # fmt: skip


def _kanji(number: int) -> str:
    tens, units = divmod(number, 10)
    return (KANJI[tens] if tens > 1 else "") + ("十" if tens else "") + (KANJI[units] if units else "")


def _without_accent(letter: str) -> str:
    """Return a Latin or Greek letter without its accent."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if not marks or not unicodedata.name(base, "").startswith(("LATIN", "GREEK")):
        return OTHER_LETTERS.get(letter, letter)
    return base


def _with_accent(letter: str, rng: random.Random) -> str:
    """Return an accented Latin letter with another accent, and every other letter as it is."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if not marks or not unicodedata.name(base, "").startswith("LATIN"):
        return letter
    others = [unicodedata.normalize("NFC", base + mark) for mark in MARKS if mark != marks[0]]
    return rng.choice([other for other in others if len(other) == 1] or [base])


def _any_month(day: date, rng: random.Random) -> str:
    return rng.choice(sorted(_names(rng.choice(JOINED), day.month))).rstrip(".")


@lru_cache(maxsize=1024)
def _names(locale: str, month: int, wide: bool = False) -> frozenset[str]:
    """Return the names of a month in a locale's formats, or the longest of them alone."""
    parts = [part for form in date_formats()[locale] for part in form.parts if not isinstance(part, str)]
    names = {part[1][month] for part in parts if part[0] == MONTH and not part[1][month].isdigit()}
    return frozenset({max(names, key=len)} if wide else names)


@lru_cache(maxsize=32)
def _standing_alone(locale: str) -> dict[int, str]:
    """Return what the months are called by themselves.

    Raises: ImportError if Babel is not installed.
    """
    from babel import Locale

    return dict(Locale.parse(locale).months["stand-alone"]["wide"])


@lru_cache(maxsize=1)
def kind_symbols() -> frozenset[str]:
    """Return the symbols of all that the kinds write, in both cases."""
    texts = [*UNITS, "十年月日号號", *ERA_YEARS, "元", "года", "року", *ENGLISH_ORDINALS, *GERMAN_ORDINALS, *SPELLED]
    texts += [name for locale in DECLINED for name in _standing_alone(locale).values()]
    texts += [name for locale in {*JOINED, "th"} for month in range(1, 13) for name in _names(locale, month)]
    plain = {letter for text in texts for letter in text}
    listed = {
        letter
        for locale in ACCENTED
        for form in date_formats()[locale]
        for number in range(366)
        for letter in form.write(date(2004, 1, 1) + timedelta(days=number))
    }
    bases = {unicodedata.normalize("NFD", letter)[0] for letter in listed if _without_accent(letter) != letter}
    latin = [base for base in bases if unicodedata.name(base).startswith("LATIN")]
    marked = {unicodedata.normalize("NFC", base + mark) for base in latin for mark in MARKS}
    found = plain | {_without_accent(letter) for letter in listed} | {each for each in marked if len(each) == 1}
    return frozenset(
        symbol for each in found - set("{}_") for text in (each, upper_case(each, ""), lower_case(each, ""))
        for symbol in text if not (unicodedata.combining(symbol) and unicodedata.name(symbol).startswith("COMBINING"))
    )  # fmt: skip
