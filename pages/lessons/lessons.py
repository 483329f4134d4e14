"""The lessons as data: a file each in assets/text/<language>/lessons, named by its number.

A file says which page the lesson is on and the link that sets its view, what to look at, what to do, a question with
its options, and an open task. What is done is told by a check: a statement about the address, which holds all that is
chosen (assets/components/lesson/checks.js evaluates it in the browser):

    {"field": "causal", "is": "off"}             also: is_not, at_least, at_most, has (a part of the text)
    {"changed": "source"}                        other than in the lesson's link
    {"page": "teacher_forcing"}                  on another page than the lesson's; may stand beside any other
    {"all": […]}   {"any": […]}   {"none": […]}
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import paths
from pages.shared.text import ENGLISH, cached_by_language, language
from pages.shared.url.links import LESSON


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Hold one lesson; `do` are tasks, each a text with its check, `question` has a text and options."""

    number: int
    title: str
    minutes: int
    page: str
    link: dict[str, str]
    look: str
    do: list[dict[str, Any]]
    question: dict[str, Any]
    now_you: str

    @property
    def address(self) -> dict[str, str]:
        """Return the query parameters that open the lesson with its view."""
        return self.link | {LESSON: str(self.number)}

    def payload(self) -> dict[str, Any]:
        """Return the lesson as plain data."""
        return asdict(self)


@cached_by_language(maxsize=16)
def lessons() -> dict[int, Lesson]:
    """Return all lessons by number, in the language that is shown."""
    files = [read_lesson(path, language()) for path in sorted((paths.TEXT / ENGLISH / "lessons").glob("*.json"))]
    return {lesson.number: lesson for lesson in files}


def read_lesson(english: Path, language: str) -> Lesson:
    """Read a lesson from the file of a language that has the English one's name, or else from that."""
    path = paths.TEXT / language / "lessons" / english.name
    found = json.loads((path if path.exists() else english).read_text(encoding="utf-8"))
    return Lesson(number=int(english.name.split("-")[0]), **found)
