"""The choices of the Lessons page."""

from dataclasses import dataclass

from pages.shared.url.fields import Choices


@dataclass(frozen=True, kw_only=True)
class LessonsChoices(Choices):
    """Hold nothing: what was done in which lesson is kept by the browser."""
