"""The choices of the Evidence page."""

from dataclasses import dataclass

from core.tasks import TASKS
from pages.shared.url.fields import Choices, choice_field

EXPERIMENTS = ("trained", "switched", "taken")


@dataclass(frozen=True, kw_only=True)
class EvidenceChoices(Choices):
    """Say which measurements the table shows."""

    task: str = choice_field("all", *sorted(TASKS), texts="evidence.task")
    experiment: str = choice_field("all", *EXPERIMENTS, texts="evidence.experiment")
