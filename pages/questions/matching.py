"""The search: every word that was typed has to stand somewhere in a question, its answer or its keywords."""

import unicodedata
from collections.abc import Sequence

from pages.questions.entries import Entry

AROUND = "?!.,;:\"'“”’()`*"
AS_TYPED = str.maketrans({"−": "-", "–": "-", "’": "'", "`": None})


def matching(entries: Sequence[Entry], search: str) -> list[Entry]:
    """Return the entries that have every word of a search, in their order; all of them if there is none."""
    words = [word for typed in plain(search).split() if (word := typed.strip(AROUND))]
    return [entry for entry in entries if all(word in searched(entry) for word in words)]


def searched(entry: Entry) -> str:
    """Return what of an entry is searched."""
    return plain(" ".join((entry.question, entry.answer, entry.keywords)))


def plain(text: str) -> str:
    """Return a text without capitals, accents and raised figures, so that it is found however it is typed."""
    parts = unicodedata.normalize("NFKD", text.translate(AS_TYPED).casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(AS_TYPED)
