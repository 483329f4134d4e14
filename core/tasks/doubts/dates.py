"""Doubts about a text that should be one day: it does not exist, something is missing, or it can be read in two ways.

The rules know the calendar and the words of every locale of the task. They say nothing of what a model writes.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.tasks.date_formats import FIRST_YEAR, LAST_YEAR
from core.tasks.doubts.date_parts import ERA_YEARS, Number, Parts, parts_of

MOST_STRANGE = 2  # with so many words that are none of a date's, a text is a sentence
SEPARATORS = ("", ".", "/", "-", ",")  # between the numbers of a day: 10:30 is none
BUDDHIST, THAI = "พ.ศ", re.compile("[ก-๛]")
MONTHS, LONGEST_MONTH = 12, 31
SIX = 6  # digits of a day without its century
LEAP = 2000  # a year in which every day exists


@dataclass(frozen=True)
class Doubt:
    """Say that something is wrong with a text: a kind, which the app has a sentence for, and the values in it."""

    kind: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """Hold one way to read a text as a day, None for what it lacks; `months` are all that a name may mean."""

    year: int | None
    months: frozenset[int]
    day: int | None

    @property
    def is_day(self) -> bool:
        """Tell whether such a day exists, in any of the months and, without a year, in any year."""
        return self.day is None or not self.months or any(0 < self.day <= self.days_of(month) for month in self.months)

    def days_of(self, month: int) -> int:
        """Return how many days a month has: in a year that is not known, as many as it ever has."""
        return monthrange(self.year or LEAP, month)[1] if 0 < month <= MONTHS and (self.year or LEAP) < 10_000 else 0

    @property
    def iso(self) -> str:
        """Return the day in ISO 8601."""
        return f"{self.year:04}-{min(self.months):02}-{self.day:02}"


def date_doubts(text: str, counts_eras: bool = False) -> list[Doubt]:
    """Return what is wrong with a text that should be one day in one of the trained years; nothing of a good one.

    `counts_eras` tells whether training had years of eras and of the Buddhist calendar, too.
    """
    parts = parts_of(text)
    if not is_date(parts):
        return [Doubt("none")]
    found = [Doubt("sentence")] if parts.strange >= MOST_STRANGE else []
    if names_several(parts):
        return [*found, Doubt("several"), *([] if parts.of("year") else [Doubt("no_year")])]
    readings = readings_of(parts)
    return [*found, *doubts_of_readings(readings), *doubts_of_year(parts, readings[0], counts_eras)]


def certain_day(text: str) -> str | None:
    """Return the day that a text stands for, in ISO 8601, where there is no doubt and no second month of that name."""
    if date_doubts(text, counts_eras=True):
        return None
    (reading, *_) = readings_of(parts_of(text))
    return reading.iso if len(reading.months) == 1 else None


def is_date(parts: Parts) -> bool:
    """Tell whether a text has anything of a date: a month by its name among few other words, or enough numbers."""
    counted = [number for number in parts.numbers if number.kind != "long"]
    if parts.months:
        return bool(counted) or parts.strange < MOST_STRANGE
    if any(number.kind in ("month", "compact") for number in counted):
        return True
    if any(number.kind == "year" for number in counted):
        return len(counted) > 1 or parts.strange < MOST_STRANGE
    if len(counted) < 2 or parts.strange >= MOST_STRANGE:
        return False
    return parts.between(*counted[:2]) in SEPARATORS


def names_several(parts: Parts) -> bool:
    """Tell whether more than one day is named."""
    days, smalls, years = parts.of("day"), parts.of("small"), {number.digits for number in parts.of("year")}
    named = len(parts.months) + len({number.digits for number in parts.of("month")})
    if named > 1 or len(years) > 1 or len(days) > 1 or len(parts.of("compact")) > 1:
        return True
    spare = len(days) + len(smalls) - (1 if named else 2)
    return spare > 1 or (spare == 1 and bool(years or not short_years(parts)))


def short_years(parts: Parts) -> list[Number]:
    """Return the numbers that can only be a year without its century, where no other year is given."""
    if parts.of("short") or parts.of("year") or parts.of("compact"):
        return parts.of("short")
    smalls, named = parts.of("small"), bool(parts.months or parts.of("month"))
    if len(smalls) + len(parts.of("day")) < (2 if named else 3):
        return []
    if named and len(smalls) == 2 and parts.between(*smalls) in ("-", "+", "/", "&"):
        return []  # two days: 22-23 February
    too_large = [number for number in smalls if number.value > LONGEST_MONTH or number.digits == "00"]
    return too_large[:1] or smalls[-1:]


def readings_of(parts: Parts) -> list[Reading]:
    """Return every way to read the parts as a day, whether it exists or not; several only of numbers alone."""
    if compact := parts.of("compact"):
        return compact_readings(compact[0].digits)
    short = short_years(parts)
    year = None if short else common_year(parts)
    smalls = [number for number in parts.of("small") if number not in short]
    days = [number.value for number in parts.of("day")]
    months = parts.months[0] if parts.months else frozenset(number.value for number in parts.of("month"))
    if months or days:
        if not months and smalls and not parts.strange:
            months, smalls = frozenset((smalls[0].value,)), smalls[1:]
        return [Reading(year, months, next(iter([*days, *(number.value for number in smalls)]), None))]
    if len(smalls) < 2 and parts.strange:  # a month that nobody knows
        return [Reading(year, frozenset(), next((number.value for number in smalls), None))]
    if len(smalls) < 2:
        return [Reading(year, frozenset(number.value for number in smalls), None)]
    return numeric_readings(parts, year, *smalls)


def common_year(parts: Parts) -> int | None:
    """Return the year as the common calendar counts it, whichever era the text counts from; None if there is none."""
    years = parts.of("year")
    if not years:
        return None
    year = years[0].value
    if parts.era:
        return year + ERA_YEARS[parts.era]
    return year + ERA_YEARS[BUDDHIST] if is_buddhist(parts.text, year) else year


def is_buddhist(text: str, year: int) -> bool:
    """Tell whether a year in Thai letters is one of the Buddhist calendar: none of the trained years looks like one."""
    return bool(THAI.search(text)) and not is_unknown(year + ERA_YEARS[BUDDHIST])


def numeric_readings(parts: Parts, year: int | None, first: Number, second: Number) -> list[Reading]:
    """Return the ways to read a day and a month in numbers: the year first leaves one, and so do full stops."""
    year_first = any(number.start < first.start for number in (*parts.of("year"), *short_years(parts)))
    day_first = Reading(year, frozenset((second.value,)), first.value)
    month_first = Reading(year, frozenset((first.value,)), second.value)
    usual, other = (month_first, day_first) if year_first else (day_first, month_first)
    if year_first or parts.between(first, second) == ".":
        return [other] if min(usual.months) > MONTHS >= min(other.months) else [usual]
    kept = [reading for reading in (usual, other) if 0 < min(reading.months) <= MONTHS] or [usual]
    existing = [reading for reading in kept if reading.is_day] or kept[:1]
    return list(dict.fromkeys(existing))


def compact_readings(digits: str) -> list[Reading]:
    """Return the ways to read eight digits, the year first where that is a day; six leave out the century."""
    if len(digits) == SIX:
        return [Reading(None, frozenset(), None)]
    orders = ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2]))
    readings = [Reading(int(year), frozenset((int(month),)), int(day)) for year, month, day in orders]
    good = [each for each in readings if each.is_day and FIRST_YEAR <= (each.year or 0) <= LAST_YEAR]
    return good[:1] or readings[:1]


def doubts_of_readings(readings: list[Reading]) -> Iterator[Doubt]:
    """Yield what is wrong with the day and the month: two readings, one that no calendar has, a missing part."""
    first = readings[0]
    if len(readings) > 1:
        whole = first.year is not None and first.year < 10_000
        if whole:
            yield Doubt("two_readings", {"first": first.iso, "second": readings[1].iso})
        else:
            yield Doubt("two_orders")
    elif first.months and not any(0 < month <= MONTHS for month in first.months):
        yield Doubt("no_such_month", {"month": min(first.months)})
    elif first.day is not None and not 0 < first.day <= LONGEST_MONTH:
        yield Doubt("no_such_day_at_all", {"day": first.day})
    elif not first.is_day:
        month = max(first.months, key=first.days_of)
        kind = "no_such_day" if first.year is not None else "no_such_day_ever"
        yield Doubt(kind, {"day": first.day, "year": first.year, "month": month, "days": first.days_of(month)})


def doubts_of_year(parts: Parts, reading: Reading, counts_eras: bool) -> Iterator[Doubt]:
    """Yield what is wrong with the year, and which parts are missing."""
    short = [number.digits for number in short_years(parts)]
    numbers = [number.digits for number in parts.of("year")]
    if counts_eras and reading.year is not None and not short and not is_unknown(reading.year):
        pass
    elif parts.era:
        yield Doubt("era", {"era": parts.era, "first": FIRST_YEAR, "last": LAST_YEAR})
    elif short:
        yield Doubt("short_year", {"year": short[0]})
    elif unknown := [year for year in numbers or [str(reading.year)] if reading.year and is_unknown(int(year))]:
        yield Doubt("years", {"years": ", ".join(unknown), "first": FIRST_YEAR, "last": LAST_YEAR})
    if parts.of("compact"):
        if len(parts.of("compact")[0].digits) == SIX:
            yield Doubt("no_century")
        return
    has_year = bool(parts.era or short or reading.year is not None)
    lacks = [name for name, there in (("day", reading.day is not None), ("month", reading.months), ("year", has_year))
             if not there]  # fmt: skip
    if lacks:
        yield Doubt(f"no_{'_'.join(lacks)}")


def is_unknown(year: int) -> bool:
    """Tell whether training saw no day of a year."""
    return not FIRST_YEAR <= year <= LAST_YEAR
