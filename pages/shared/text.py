"""Every visible string, from the catalogue of the visitor's language: a folder of assets/text.

What a language does not have stands there in English.
"""

import re
import string
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, wraps
from typing import Any

from core import paths
from core.sentences import ENGLISH, Sentence, sentence_of, strings_of
from pages.shared.language import language

__all__ = ["ENGLISH", "language"]
BY_LANGUAGE: list[Callable[[], None]] = []  # what empties the caches of finished sentences
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


def cached_by_language(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Keep results that hold finished sentences: the whole process shares them, so the language is part of the key."""

    def keeping(function: Callable[..., Any]) -> Callable[..., Any]:
        @lru_cache(maxsize=maxsize)
        def kept(_: str, *values: Any) -> Any:
            return function(*values)

        @wraps(function)
        def called(*values: Any) -> Any:
            return kept(language(), *values)

        called.cache_clear = kept.cache_clear
        BY_LANGUAGE.append(kept.cache_clear)
        return called

    return keeping


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the strings of a language by key, from all its files, and in English what it does not have.

    Raises: ValueError if there is no such language, or if two files of it have the same key.
    """
    if not (paths.TEXT / language).is_dir():
        known = ", ".join(sorted(path.name for path in paths.TEXT.iterdir() if path.is_dir()))
        raise ValueError(f"there is no language {language!r} in assets/text; there are {known}")
    return strings_of(ENGLISH) | strings_of(language)


def t(key: str, /, **values: object) -> str:
    """Return one string with its {places} filled in.

    Raises: KeyError if the catalogue has no such string.
    """
    text = catalogue(language())[key]
    return text.format(**values) if values else text


def t_or(key: str, fallback: str, /, **values: object) -> str:
    """Return one string or, where the catalogue does not have it, another: not every task has strings of its own."""
    return t(key if key in catalogue(language()) else fallback, **values)


def say(what: Sentence | Exception | str) -> str:
    """Return what was said without a language yet, such as why something was refused, in the visitor's language."""
    what = sentence_of(what)
    return what.in_words(catalogue(language())) if isinstance(what, Sentence) else what


def called(kind: str, name: str, fallback: str) -> str:
    """Return what something is called that a file names: a model, a task, a part that is switched off."""
    key = f"{kind}.{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}"
    return catalogue(language()).get(key, fallback)


def listed(names: Iterable[str]) -> str:
    """Return names one after the other, as a sentence lists them."""
    return t("text.comma").join(names)


def under(prefix: str) -> dict[str, str]:
    """Return all strings whose key begins with `prefix.`, named without it."""
    return {key[len(prefix) + 1 :]: text for key, text in catalogue(language()).items() if key.startswith(f"{prefix}.")}


def prose(name: str) -> str:
    """Return a longer text, in Markdown."""
    return _prose(name, language())


@cache
def _prose(name: str, language: str) -> str:
    path = paths.TEXT / language / f"{name}.md"
    return (path if path.exists() else paths.TEXT / ENGLISH / path.name).read_text(encoding="utf-8")


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
