"""The choices of the page Find the bug."""

from dataclasses import dataclass

from core.analysis.bugs.famous import BUGS
from pages.bugs.entries import cause_names
from pages.shared.url.fields import Choices, choice_field

NONE = ""


@dataclass(frozen=True, kw_only=True)
class BugsChoices(Choices):
    """Say which bug is looked at, and which cause the visitor holds responsible."""

    controls = "bugs_"

    bug: str = choice_field(*BUGS, widget="pills")
    cause: str = choice_field(NONE, *cause_names(), default=NONE, widget="radio")
