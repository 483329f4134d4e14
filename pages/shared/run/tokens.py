"""How tokens look on screen: what cannot be seen is given a shape."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from core.vocab import SPECIALS

LONGEST_LABEL = 30


def visible(token: str) -> str:
    """Return a token as it can be drawn: spaces, marks and control characters made visible.

    Specials keep their names; a combining mark stands on a dotted circle; what cannot be seen becomes its code point.
    Of a token that is longer than a label may be, the beginning is drawn.
    """
    if token in SPECIALS:
        return token
    return "".join(map(_visible_character, token[:LONGEST_LABEL])) + ("…" if len(token) > LONGEST_LABEL else "")


def _visible_character(character: str) -> str:
    category = unicodedata.category(character)
    if character == " ":
        return "␣"
    if category.startswith("M"):
        return f"◌{character}"
    if category.startswith(("C", "Z")):
        return f"U+{ord(character):04X}"
    return character


def disambiguate(tokens: Sequence[str]) -> tuple[str, ...]:
    """Give tokens that occur more than once their place, counted from 1."""
    count = Counter(tokens)
    return tuple(f"{token} ({place})" if count[token] > 1 else token for place, token in enumerate(tokens, start=1))
