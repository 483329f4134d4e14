"""The search: every word that was typed has to stand somewhere in a question, its answer or its keywords.

Chinese and Japanese are written without spaces, so what is typed may be several words in a row.
"""

import re
import unicodedata
from collections.abc import Sequence

from pages.questions.entries import Entry

AROUND = "?!.,;:\"'“”’()`*、。「」《》"
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # kana and Han characters
RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
AS_TYPED = str.maketrans({"−": "-", "–": "-", "’": "'", "`": None})


def matching(entries: Sequence[Entry], search: str) -> list[Entry]:
    """Return the entries that have every word of a search, in their order; all of them if there is none."""
    runs = [run for typed in plain(search).split() for run in RUNS.findall(typed)]
    words = [word for run in runs if (word := run.strip(AROUND))]
    return [entry for entry in entries if all(is_in(word, searched(entry)) for word in words)]


def is_in(word: str, text: str) -> bool:
    """Tell whether a word stands in a text; one of a language without spaces may stand there in pieces.

    A piece has two characters or more; between two of them may be a single one, such as 的 in 缓存的查询.
    """
    if not IS_UNSPACED.match(word):
        return word in text
    was_single = False
    while word:
        size = next((size for size in range(len(word), 0, -1) if word[:size] in text), 0)
        if size == 0 or (size == 1 and was_single):
            return False
        word, was_single = word[size:], size == 1
    return True


def searched(entry: Entry) -> str:
    """Return what of an entry is searched."""
    return plain(" ".join((entry.question, entry.answer, entry.keywords)))


def plain(text: str) -> str:
    """Return a text without capitals, accents and raised figures, so that it is found however it is typed."""
    parts = unicodedata.normalize("NFKD", text.translate(AS_TYPED).casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(AS_TYPED)
