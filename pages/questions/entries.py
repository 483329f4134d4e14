"""The questions and their answers: files of assets/text, one a topic, in the order of the lecture.

An answer is a list of sentences. A {place} in one is a figure, which the entry refers to by that name; a sentence
whose figure is not to be had is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import paths
from pages.questions.figures import written_figures
from pages.shared.text import ENGLISH, cached_by_language, language, sentences


@dataclass(frozen=True, eq=False, kw_only=True)
class Entry:
    """Hold a question, and the view that shows its answer: a page, and what its address asks for.

    `keywords` are words that people look for it by and that do not stand in it.
    """

    topic: str
    name: str
    question: str
    sentences: tuple[str, ...]
    keywords: str
    page: str
    params: Mapping[str, str]
    label: str
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """Return the sentences with their figures."""
        figures = written_figures(self.figures)
        return sentences(*(fill(sentence, figures) or "" for sentence in self.sentences))


def fill(sentence: str, figures: Mapping[str, str | None]) -> str | None:
    """Put figures into their places in a sentence; None if one of them is not to be had."""
    asked = [name for name in figures if f"{{{name}}}" in sentence]
    if any(figures[name] is None for name in asked):
        return None
    for name in asked:
        sentence = sentence.replace(f"{{{name}}}", str(figures[name]))
    return sentence


@cached_by_language(maxsize=4)
def entries() -> tuple[Entry, ...]:
    """Return all questions in their order; a topic that the language does not have is in English."""
    found: list[Entry] = []
    for english in sorted((paths.TEXT / ENGLISH / "questions").glob("*.json")):
        path = paths.TEXT / language() / "questions" / english.name
        topic = json.loads((path if path.exists() else english).read_text(encoding="utf-8"))
        found += [
            Entry(topic=topic["topic"], sentences=tuple(each.pop("answer")), **each) for each in topic["questions"]
        ]
    return tuple(found)
