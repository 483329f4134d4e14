"""A text taken apart into what a date is made of: numbers and what each can be, months, other words.

Nothing is decided here: whether these parts are a day is for `dates`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from core.tasks.doubts.date_words import LETTER, date_words, plain_word

# The year before the first of each era: what is added to a year that is counted so.
ERA_YEARS = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911, "พ.ศ": -543,
    "meiji": 1867, "taisho": 1911, "showa": 1925, "heisei": 1988, "reiwa": 2018,
}  # fmt: skip
ERAS = re.compile("|".join(re.escape(era) if era[0] > "z" else rf"(?<![a-z]){era}(?![a-z])" for era in ERA_YEARS))
UNITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
KANJI = re.compile("([〇零一二三四五六七八九十]+|元)(?=[年月日号號])")
# Each finds a number whose part in the date is written beside it.
MARKED = (
    ("year", re.compile(r"(\d+) ?[年년]")),
    ("month", re.compile(r"(?<!\d)(\d{1,2}) ?[月월]")),
    ("month", re.compile(r"(?<![a-z])(?:thang|thg)\.? ?(\d{1,2})(?!\d)")),
    ("day", re.compile(r"(?<!\d)(\d{1,2}) ?[日일号號]")),
    ("day", re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|re|eme|e|o|a|º|ª|°)(?![^\W_])")),
    ("short", re.compile(r"(?<!\w)'(\d\d)(?!\d)")),
    ("year", re.compile(r"(?<!\d)(\d{3,5})(?!\d)")),
    ("compact", re.compile(r"(?<!\d)(\d{8}|\d{6})(?!\d)")),
    ("small", re.compile(r"(?<!\d)(\d{1,2})(?!\d)")),
    ("long", re.compile(r"(\d+)")),
)
# `Th 6` is a Friday in Vietnamese where `thg 3` is March; in English `Thu 6` is a Thursday, the sixth.
VIETNAMESE_WEEKDAY = re.compile(r"(?<!\w)thu?\.? ?[2-8](?!\d)(?=.*th(?:g|ang))")
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")

ENGLISH_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
    "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first",
)  # fmt: skip
GERMAN_ORDINALS = (
    "erste", "zweite", "dritte", "vierte", "fünfte", "sechste", "siebte", "achte", "neunte", "zehnte", "elfte",
    "zwölfte", "dreizehnte", "vierzehnte", "fünfzehnte", "sechzehnte", "siebzehnte", "achtzehnte", "neunzehnte",
    "zwanzigste", "einundzwanzigste", "zweiundzwanzigste", "dreiundzwanzigste", "vierundzwanzigste",
    "fünfundzwanzigste", "sechsundzwanzigste", "siebenundzwanzigste", "achtundzwanzigste", "neunundzwanzigste",
    "dreißigste", "einunddreißigste",
)  # fmt: skip
FIRSTS = ("premier", "primero", "primo", "primeiro")


@dataclass(frozen=True)
class Number:
    """Hold a number of a text: what it can be (see MARKED), its digits, and where it stands."""

    kind: str
    digits: str
    start: int
    end: int

    @property
    def value(self) -> int:
        """Return the number."""
        return int(self.digits)


@dataclass(frozen=True)
class Parts:
    """Hold what a text has of a date. `months` are named ones, each with all months that the name may mean."""

    text: str
    numbers: tuple[Number, ...]
    months: tuple[frozenset[int], ...]
    strange: float  # how many words are none of a date's
    era: str

    def of(self, kind: str) -> list[Number]:
        """Return the numbers of a kind, in the order of the text."""
        return [number for number in self.numbers if number.kind == kind]

    def between(self, first: Number, second: Number) -> str:
        """Return what stands between two numbers."""
        return self.text[first.end : second.start].strip()


@lru_cache(maxsize=64)
def parts_of(text: str) -> Parts:
    """Take a text apart."""
    plain = spelled_out(KANJI.sub(lambda found: str(kanji_number(found[1])), plain_word(text)))
    era = ERAS.search(plain)
    rest = VIETNAMESE_WEEKDAY.sub(blank, plain if era is None else ERAS.sub(blank, plain))
    numbers, rest = numbers_of(rest)
    months, rest = months_of(rest, [number.kind for number in numbers])
    return Parts(plain, numbers, months, strange_words(rest), era[0] if era else "")


def numbers_of(text: str) -> tuple[tuple[Number, ...], str]:
    """Return the numbers of a text in their order, and the text without them."""
    found: list[Number] = []
    for kind, pattern in MARKED:
        for each in pattern.finditer(text):
            found.append(Number(kind, each[1], each.start(1), each.end()))
        text = pattern.sub(blank, text)
    return tuple(sorted(found, key=lambda number: number.start)), text


def months_of(text: str, kinds: list[str]) -> tuple[tuple[frozenset[int], ...], str]:
    """Return the months named in a text, and the text without them.

    Some names are a weekday's too (`mar` is March and a Tuesday): that they are where another month is named, or where
    the numbers have the month already.
    """
    words, pattern = date_words(), names_pattern()
    found = [each[0] for each in pattern.finditer(text)]
    sure = [name for name in found if name in words.months and name not in words.weekdays]
    if sure:
        months = dict.fromkeys(words.months[name] for name in sure)
    elif "month" in kinds or (kinds.count("small") == 2 and "year" in kinds):
        months = {}
    else:
        possible = frozenset[int]().union(*(words.months.get(name, ()) for name in found))
        months = {possible: None} if possible else {}
    return tuple(months), pattern.sub(blank, text)


@lru_cache(maxsize=1)
def names_pattern() -> re.Pattern[str]:
    """Return what finds every month, weekday and other word of a date, the longest first."""
    words = date_words()
    names = sorted({*words.months, *words.weekdays, *words.others}, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(bounded, names)))


def bounded(name: str) -> str:
    """Return the pattern of a name: a whole word, but where words are written without spaces."""
    before, after = ("" if UNSPACED.match(end) else LETTER for end in (name[0], name[-1]))
    return (f"(?<!{before})" if before else "") + re.escape(name) + (f"(?!{after})" if after else "")


def strange_words(text: str) -> float:
    """Count the words that are left; where words are written without spaces, two signs count as one."""
    letters = "".join(sign for sign in text if unicodedata.category(sign) not in ("Mn", "Mc"))
    words = re.findall(rf"{LETTER}{{2,}}", letters)
    return sum(len(word) / 2 if UNSPACED.match(word) else 1 for word in words)


def blank(found: re.Match[str]) -> str:
    """Return as many spaces as were found, so that places stay."""
    return " " * len(found[0])


def spelled_out(text: str) -> str:
    """Return text with spelled ordinals as numbers: `the fourth of july` → `the 4th of july`."""
    return ordinals_pattern().sub(lambda found: f"{ordinal_numbers()[found[1].replace(' ', '-')]}th", text)


@lru_cache(maxsize=1)
def ordinal_numbers() -> dict[str, int]:
    """Return the number of each spelled ordinal, written plainly."""
    counted = {plain_word(name): day for day, name in enumerate(ENGLISH_ORDINALS, 1)}
    counted |= {plain_word(name) + end: day for day, name in enumerate(GERMAN_ORDINALS, 1) for end in ("", "r", "n")}
    return counted | dict.fromkeys(FIRSTS, 1)


@lru_cache(maxsize=1)
def ordinals_pattern() -> re.Pattern[str]:
    """Return what finds every spelled ordinal, the longest first."""
    names = sorted(ordinal_numbers(), key=lambda name: -len(name))
    texts = "|".join(name.replace("-", "[- ]") for name in names)
    return re.compile(rf"(?<!{LETTER})({texts})(?!{LETTER})")


def kanji_number(text: str) -> int:
    """Return a number in kanji: digit by digit (`二〇〇一`) or with a sign for ten (`三十一`); `元` is the first."""
    if text == "元":
        return 1
    if "十" not in text:
        return int("".join(str(UNITS[sign]) for sign in text))
    tens, _, units = text.partition("十")
    return 10 * (UNITS.get(tens, 1) if tens else 1) + UNITS.get(units, 0)
