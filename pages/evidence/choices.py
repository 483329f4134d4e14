"""What the Evidence page lets one choose."""

from dataclasses import dataclass

from core.tasks import TASKS
from pages.shared.url.fields import Choices, word

EXPERIMENTS = ("trained", "switched", "taken")


@dataclass(frozen=True, kw_only=True)
class EvidenceChoices(Choices):
    """Say which measurements the table shows."""

    task: str = word("all", *sorted(TASKS))
    experiment: str = word("all", *EXPERIMENTS)
