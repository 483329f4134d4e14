"""The texts of the ten bugs: a file each in assets/text/<language>/bugs, with places for the measured numbers."""

import json
from dataclasses import dataclass
from typing import Any

from core import paths
from core.analysis.bugs.famous import BUGS
from pages.shared.text import ENGLISH, cached_by_language, language


@dataclass(frozen=True)
class Cause:
    """A cause to choose, and the answer to whoever chooses it."""

    cause: str
    answer: str


@dataclass(frozen=True)
class Report:
    """A public report: repository, number and title; one without a title could not be looked up."""

    name: str
    number: int
    title: str

    @property
    def address(self) -> str:
        """Return where it is read."""
        return f"https://github.com/{self.name}/issues/{self.number}"


@dataclass(frozen=True)
class Entry:
    """All texts of one bug; `right` names the cause, `page` and `query` the view that shows more."""

    title: str
    symptom: str
    causes: dict[str, Cause]
    right: str
    evidence: str
    wrong_code: str
    right_code: str
    reports: tuple[Report, ...]
    page: str
    query: dict[str, str]

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Entry":
        """Build an entry from what its file holds."""
        causes = {name: Cause(**each) for name, each in data["causes"].items()}
        reports = tuple(Report(**each) for each in data["reports"])
        return cls(**data | {"causes": causes, "reports": reports})


@cached_by_language(maxsize=4 * len(BUGS))
def entry(bug: str) -> Entry:
    """Return the texts of a bug, in English where the language does not have them."""
    path = paths.TEXT / language() / "bugs" / f"{bug}.json"
    found = path if path.exists() else paths.TEXT / ENGLISH / "bugs" / f"{bug}.json"
    return Entry.from_data(json.loads(found.read_text(encoding="utf-8")))


def cause_names() -> tuple[str, ...]:
    """Return the names of all causes, each once."""
    return tuple(dict.fromkeys(name for bug in BUGS for name in entry(bug).causes))
