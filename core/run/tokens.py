"""How tokens look on screen: what cannot be seen is given a shape."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from core.tokenizers import MARK, UNSPACED
from core.vocab import SPECIALS, Vocabulary

LONGEST_LABEL = 30
CUT = "·"  # stands before a piece that goes on with a word, as in mar ·ry


def name_in(vocab: Vocabulary, number: int) -> str:
    """Return a token of a vocabulary, by its id, as it can be drawn.

    Raises: IndexError if the id is not in the vocabulary.
    """
    return visible(vocab.name(number), vocab.cuts_words)


def visible(token: str, is_piece: bool = False) -> str:
    """Return a token as it can be drawn: spaces, marks and control characters made visible.

    Specials keep their names; a combining mark stands on a dotted circle; what cannot be seen becomes its code point.
    Of a token that is longer than a label may be, the beginning is drawn. A piece of a word that does not begin it has
    a dot before it; what is written without spaces has none.
    """
    if token in SPECIALS:
        return token
    if is_piece:
        begins, token = token.startswith(MARK), token.removeprefix(MARK)
        if goes_on(begins, token):
            return CUT + visible(token)
        if begins and (not token or UNSPACED.match(token)):
            return f"␣{visible(token)}"
    return "".join(map(_visible_character, token[:LONGEST_LABEL])) + ("…" if len(token) > LONGEST_LABEL else "")


def is_joined(name: str) -> bool:
    """Tell whether a token that is drawn so goes on with the word of the token before it."""
    return len(name) > 1 and name.startswith(CUT)


def goes_on(begins: bool, letters: str) -> bool:
    """Tell whether a piece goes on with a word: signs, and writing without spaces, stand for themselves."""
    return not begins and letters[:1].isalnum() and not UNSPACED.match(letters)


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
