"""The choices of Decode."""

from dataclasses import dataclass

from pages.shared.url.fields import Choices, section_field


@dataclass(frozen=True, kw_only=True)
class DecodeChoices(Choices):
    """Say what is shown below the decode view."""

    section: str = section_field("numbers", "code", "alternatives", "evidence", "question")
