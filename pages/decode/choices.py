"""What Decode lets its visitor choose for itself."""

from dataclasses import dataclass

from pages.shared.url.fields import Choices, word

SECTIONS = ("numbers", "code", "alternatives", "evidence", "question")


@dataclass(frozen=True, kw_only=True)
class DecodeChoices(Choices):
    """Say what is shown below the decode view."""

    section: str = word(*SECTIONS)
