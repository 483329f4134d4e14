"""Lessons, questions, bugs and prose in other languages: of the same shape as in English, and complete in Chinese."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core import paths
from core.sentences import strings_of

ENGLISH = paths.TEXT / "en"
KINDS = ("lessons/*.json", "questions/*.json", "bugs/*.json", "*.md")
# What people read; all else, such as links, checks and code, is the same in every language.
READ = {
    "title", "look", "text", "answer", "now_you", "topic", "question", "keywords", "label", "symptom", "cause",
    "evidence",
}  # fmt: skip
LEFT = re.compile(r"\{\w+\}|`[^`]+`|\$[^$]+\$|^---$", re.MULTILINE)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
MARKED = re.compile(r"(\*+)[^*]+\1")
# Markdown closes no bold or italic words behind a punctuation mark and before a letter, which Chinese characters are.
OPEN = re.compile(r"[，。：；？！、”）]\*+\w")


def names(language: str) -> set[str]:
    """Return the files of a language by their place in its folder."""
    folder = paths.TEXT / language
    found = {str(path.relative_to(folder)) for kind in KINDS for path in folder.glob(kind)}
    return found - {"README.md"}


TRANSLATED = sorted(
    (folder.name, name)
    for folder in paths.TEXT.iterdir()
    if folder.is_dir() and folder != ENGLISH
    for name in names(folder.name)
)
each_translation = pytest.mark.parametrize(("language", "name"), TRANSLATED, ids=lambda part: part)


def read(path: Path) -> Any:
    """Return what a file holds."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else {"text": text}


def parts(found: Any, place: str = "", key: str = "") -> Iterator[tuple[str, Any, bool]]:
    """Return each part of a file with its place, and whether people read it."""
    children = found.items() if isinstance(found, Mapping) else enumerate(found) if isinstance(found, list) else None
    if children is None:
        yield place, found, isinstance(found, str) and key in READ
        return
    yield place, type(found), False
    for name, child in children:
        # A bug's evidence and causes are read; a figure's evidence is the name of a file.
        yield from parts(child, f"{place}/{name}", "" if name in ("figures", "check", "params", "query", "reports")
                         else key if isinstance(name, int) else name)  # fmt: skip


def test_chinese_has_every_text_that_english_has():
    assert names("zh") == names("en")


@each_translation
def test_a_translation_differs_in_what_is_read_alone(language, name):
    english, other = ({place: (part, is_read) for place, part, is_read in parts(read(paths.TEXT / each / name))}
                      for each in ("en", language))  # fmt: skip
    assert list(english) == list(other)
    for place, (part, is_read) in english.items():
        if is_read and "keywords" not in place:
            assert sorted(LEFT.findall(part)) == sorted(LEFT.findall(other[place][0])), place
        elif not is_read:
            assert part == other[place][0], place


@each_translation
def test_bold_words_are_closed_where_no_space_follows(language, name):
    texts = [part for _, part, is_read in parts(read(paths.TEXT / language / name)) if is_read]
    ends = [
        text[found.end() - len(found[1]) - 1 : found.end() + 1] for text in texts for found in MARKED.finditer(text)
    ]
    assert [end for end in ends if OPEN.fullmatch(end)] == []


@each_translation
def test_what_is_bold_because_a_control_is_called_so_is_called_so_in_every_language(language, name):
    english, own = strings_of("en"), strings_of(language)
    called: dict[str, set[str]] = {}
    for key, text in english.items():
        called.setdefault(text.lower(), set()).add(own.get(key, text))
    texts, others = ({place: part for place, part, is_read in parts(read(paths.TEXT / each / name)) if is_read}
                     for each in ("en", language))  # fmt: skip
    for place, text in texts.items():
        bold = set(BOLD.findall(others[place]))
        for word in BOLD.findall(text):
            names = called.get(word.strip(" .:?!").lower())
            assert names is None or names & bold, (place, word, names)
