"""The choices of the Questions page: the search, and the question that is open."""

from collections.abc import Mapping
from dataclasses import dataclass

from pages.questions.entries import entries
from pages.shared.text import t
from pages.shared.url.fields import Choices, custom_field, text_field
from pages.shared.url.params import shortened

LONGEST_SEARCH = 80


def read_name(params: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    """Read the name of a question."""
    asked = params[name]
    if asked in {entry.name for entry in entries()}:
        return asked
    problems.append(t("questions.unknown", got=shortened(asked)))
    return None


@dataclass(frozen=True, kw_only=True)
class QuestionsChoices(Choices):
    """Say what is searched for, and which question is open: `q`, empty for none."""

    controls = "questions_"

    search: str = text_field("", longest=LONGEST_SEARCH)
    q: str = custom_field("", str, read_name)
