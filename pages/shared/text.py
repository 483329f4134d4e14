"""What pages say: the strings of the catalogue, in the visitor's language, and any text as Markdown that shows it."""

import re
import string
from collections.abc import Sequence
from functools import lru_cache

from core.screen.texts import (
    cached_by_language,
    called,
    catalogue,
    language,
    listed,
    prose,
    say,
    sentences,
    t,
    t_or,
    under,
)
from core.sentences import ENGLISH

# A page takes its words from here.
__all__ = [
    "ENGLISH",
    "cached_by_language",
    "called",
    "catalogue",
    "language",
    "listed",
    "prose",
    "say",
    "sentences",
    "t",
    "t_or",
    "under",
]
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Markdown takes a mark behind a backslash as it is, and gives a character that is written as its number no meaning.
ESCAPED = str.maketrans(
    {mark: f"\\{mark}" for mark in string.punctuation} | {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
LONGEST_CODE = 40  # characters
IN_CODE = str.maketrans("`|\n\r", "ˋ∣  ")
SPACES = re.compile(r"\s")
# It has no width and no meaning, and keeps apart what Streamlit 1.67 would otherwise find in a text once it is parsed.
JOINER = "\u2060"
# Names of icons and emoji, addresses of pages and of people, and words that become arrows and signs.
FOUND_LATER = re.compile(
    r"(?<=:)(?=[\w+-]+:|//)|(?<=www)(?=\.)|(?<=@)(?=[-\w])|(?<![^\s\ufeff])(?:<->|<-|->|--|>=|<=|~=)(?![^\s\ufeff])",
    re.IGNORECASE,
)


def powers(text: str) -> str:
    """Write numbers such as 3.1e-08 as one reads them: 3.1 · 10⁻⁸."""
    return re.sub(r"(\d)e([+-]\d+)", lambda found: f"{found[1]} · 10{str(int(found[2])).translate(RAISED)}", text)


def minus(text: str) -> str:
    """Write numbers with a true minus sign, which is as long as a plus."""
    return text.replace("-", "−")


def as_css(text: str) -> str:
    """Return foreign text as a string of a style sheet that is shown as that text: each character as its number."""
    return '"' + "".join(f"\\{ord(character):06x}" for character in text) + '"'


@lru_cache(maxsize=4096)
def as_plain(text: str) -> str:
    """Return Markdown that shows a text as it is: what was typed or uploaded is not ours to set in bold, or to load.

    All that Streamlit draws is Markdown, except `st.text`, `st.code`, what is typed in fields, the options of
    `st.selectbox` and the cells of tables: labels, options of pills and segmented controls, captions, headings, help.
    """
    plain = FOUND_LATER.sub(lambda found: JOINER.join(found[0]) or JOINER, text).translate(ESCAPED)
    if text != text.strip():  # at either end they would go, or mean something
        plain = SPACES.sub(lambda space: f"&#{ord(space[0])};", plain)
    first = text.split(" ", 1)[0]
    if not (first.isascii() or first.isalnum()):  # an option takes an emoji at the start for its icon
        plain = JOINER + plain
    return plain


def as_code(text: str) -> str:
    """Return typed text as a Markdown code span that it cannot leave, not even in a table."""
    return "`` " + text.translate(IN_CODE).replace(":material/", f":{JOINER}material/") + " ``"


def as_output(text: str) -> str:
    """Return what a model wrote as Markdown: as code, which keeps to its line, or, if long, as text, which wraps."""
    return as_code(text) if len(text) <= LONGEST_CODE else as_plain(text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table whose first column is left-aligned and the others right; empty ones go."""
    kept = [column for column in range(len(head)) if any(row[column] for row in rows)]
    lines = [[head[column] for column in kept], ["---" if column == 0 else "--:" for column in kept]]
    lines += [[row[column] for column in kept] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
