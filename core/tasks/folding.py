"""Signs of print and of other scripts, made those of a keyboard before a model reads them; and what that changed."""

import unicodedata
from collections import Counter

SPACES = "\t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# On screen they look like the plain space, so that to read one as that is no news.
SPACES_ALIKE = "\u00a0\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
APOSTROPHES = "’‘ʼ׳`´′"
QUOTES = "“”„«»"
DASHES = "‐‑‒–—―−﹣－"
# Marks of writing direction, joiners of words, soft hyphens: nobody sees or means them.
INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
FIRST_WIDE, LAST_WIDE, FROM_WIDE = 0xFF01, 0xFF5E, 0xFEE0

SIGNS = str.maketrans(
    dict.fromkeys(SPACES, " ")
    | dict.fromkeys(APOSTROPHES, "'")
    | {code: code - FROM_WIDE for code in range(FIRST_WIDE, LAST_WIDE + 1)}
    | dict.fromkeys(DASHES, "-")
    | dict.fromkeys(INVISIBLE)
)
ALIKE = str.maketrans(dict.fromkeys(SPACES_ALIKE, " "))
CHANGES = (
    "capitals", "accents", "apostrophes", "quotes", "dashes", "digits", "spaces", "wide", "invisible", "letters",
)  # fmt: skip


def fold_signs(text: str) -> str:
    """Return text with the digits of every script, full-width signs, dashes, spaces and apostrophes of a keyboard."""
    return "".join(map(plain_digit, text.translate(SIGNS)))


def plain_digit(character: str) -> str:
    """Return a digit of any script as one of 0 to 9, and everything else as it is."""
    return str(unicodedata.decimal(character)) if unicodedata.category(character) == "Nd" else character


def changes(typed: str, read: str) -> tuple[str, ...]:
    """Name the kinds of characters that were typed and are not read, in the order of CHANGES."""
    gone = Counter(unicodedata.normalize("NFC", typed)) - Counter(read)
    found = {kind for character in gone for kind in kinds_of(character)}
    return tuple(kind for kind in CHANGES if kind in found)


def looks_alike(typed: str, read: str) -> bool:
    """Tell whether one cannot see a difference between what was typed and what is read."""
    return unicodedata.normalize("NFC", typed).translate(ALIKE) == read


def kinds_of(character: str) -> set[str]:
    """Return what kinds of character one is that a model may read as another: a capital, an accented letter, a dash."""
    for kind, signs in (("apostrophes", APOSTROPHES), ("quotes", QUOTES), ("dashes", DASHES), ("invisible", INVISIBLE)):
        if character in signs:
            return {kind}
    if unicodedata.category(character) == "Nd":
        return {"digits"}
    if FIRST_WIDE <= ord(character) <= LAST_WIDE:
        return {"wide"}
    if character.isspace():
        return {"spaces"}
    parts = unicodedata.normalize("NFD", character)
    found = {"accents"} if any(map(unicodedata.combining, parts)) else set()
    if character != character.lower():
        found.add("capitals")
    return found or {"letters"}
