"""The words that dates are made of, in every locale of the task: months, weekdays, and what stands between them.

They ship with the app as a table. `python -m core.tasks.doubts.date_words` writes it, from Babel.
"""

import argparse
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from core import paths
from core.tasks.date_formats import LOCALES, MONTH, WEEKDAY, date_formats
from core.tasks.folding import fold_signs

SHIPPED = paths.WORDS / "date-words.tsv"
MARKS = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic letters; those of Thai and Hindi tell words apart
LETTER = r"[^\W\d_]"

# What people write and CLDR does not list.
MORE_MONTHS = {1: ("jänner",), 2: ("feber",), 3: ("maerz",), 9: ("sept",)}
MORE_WORDS = (
    "am", "an", "on", "in", "at", "the", "of", "year", "day", "date", "den", "der", "dem", "vom", "im", "jahr", "le",
    "la", "les", "du", "des", "de", "del", "dels", "el", "los", "año", "dia", "día", "do", "da", "dos", "em", "il",
    "lo", "nel", "di", "dell", "anno", "op", "van", "het", "jaar", "den", "år", "kl", "dnia", "roku", "rok", "года",
    "год", "году", "г", "р", "року", "рік", "v", "w", "в", "у", "ngày", "tháng", "năm", "thg", "yılı", "günü", "tarihi",
    "στις", "του", "την", "年", "月", "日", "号", "號", "년", "월", "일", "ad", "ce", "n chr", "ที่", "วันที่", "เดือน", "ปี",
    "ค.ศ", "को", "سنة", "عام", "יום", "ה",
)  # fmt: skip


@dataclass(frozen=True)
class DateWords:
    """Hold the words of dates, written plainly: which months and weekdays each may be, and the others."""

    months: dict[str, frozenset[int]]
    weekdays: dict[str, frozenset[int]]
    others: frozenset[str]


def plain_word(text: str) -> str:
    """Return text in small letters, without accents, with the signs of a keyboard: as words are compared."""
    small = unicodedata.normalize("NFD", fold_signs(text).replace("İ", "i").casefold().replace("ı", "i"))
    return unicodedata.normalize("NFC", MARKS.sub("", small))


@lru_cache(maxsize=1)
def date_words() -> DateWords:
    """Read the table that ships."""
    found: dict[str, dict[str, set[int]]] = {kind: defaultdict(set) for kind in ("month", "weekday", "other")}
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, number, *names = line.split("\t")
            for name in names:
                found[kind][name].add(int(number))
    months, weekdays, others = ({name: frozenset(n) for name, n in found[kind].items()} for kind in found)
    return DateWords(months, weekdays, frozenset(others))


def rows() -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table: kind, number, names.

    Raises: ImportError if Babel is not installed.
    """
    for month in range(1, 13):
        yield "month", str(month), *sorted({*names_of(MONTH, month), *map(plain_word, MORE_MONTHS.get(month, ()))})
    for weekday in range(7):
        yield "weekday", str(weekday), *sorted(names_of(WEEKDAY, weekday))
    literals = {
        word
        for forms in date_formats().values()
        for form in forms
        for part in form.parts
        if isinstance(part, str)
        for word in re.findall(rf"{LETTER}[\w.]*", plain_word(part))
    }
    yield "other", "0", *sorted({word.strip(".") for word in (*literals, *map(plain_word, MORE_WORDS))})


def names_of(field: int, number: int) -> set[str]:
    """Return every name that a month or a weekday has in the task's formats and in CLDR, written plainly.

    Raises: ImportError if Babel is not installed.
    """
    from babel import Locale

    found = {
        part[1][number]
        for forms in date_formats().values()
        for form in forms
        for part in form.parts
        if not isinstance(part, str) and part[0] == field
    }
    for locale in map(Locale.parse, LOCALES):
        names = locale.months if field == MONTH else locale.days
        found |= {names[context][width][number] for context in names for width in ("wide", "abbreviated")}
    plain = {plain_word(name).strip(".") for name in found}
    # In Hebrew the month carries its preposition.
    plain |= {f"ב{name}" for name in plain if field == MONTH and re.match("[א-ת]", name)}
    return {name for name in plain if not re.search(r"\d", name) and not re.search("[月월]", name)}


def main() -> None:
    """Write the words to where the app reads them."""
    argparse.ArgumentParser(
        prog="python -m core.tasks.doubts.date_words", description=__doc__.splitlines()[0]
    ).parse_args()
    header = (
        "# Words of dates in small letters without accents, from Unicode CLDR through Babel, and a few by hand",
        "# kind, number of the month or weekday (Monday is 0), names",
        "# written by: python -m core.tasks.doubts.date_words",
    )
    SHIPPED.write_text("\n".join([*header, *map("\t".join, rows())]) + "\n", encoding="utf-8")
    print(f"wrote {SHIPPED.name}, {SHIPPED.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
