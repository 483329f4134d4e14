"""The choices of Decode."""

from dataclasses import dataclass

from pages.shared.url.fields import Choices, section_field, switch_field


@dataclass(frozen=True, kw_only=True)
class DecodeChoices(Choices):
    """Say what is shown below the decode view, and whether the section on the cache runs its step without one."""

    recompute: bool = switch_field(False)
    section: str = section_field("numbers", "cache", "code", "alternatives", "evidence", "question")
