"""The choices of "Guided attention": a view, a guide and its width, a task."""

from dataclasses import dataclass

from core.run import models
from core.run.runs import RunSpec
from pages.shared.state import AppState
from pages.shared.url.fields import Choices, choice_field, decimal_field, section_field, view_field

SHOWS = ("training", "penalty", "siblings", "live")
SIBLINGS = {"none": "guided-none", "diagonal": "guided-diagonal", "monotonic": "guided-monotonic"}


@dataclass(frozen=True, kw_only=True)
class GuidedChoices(Choices):
    """Say which view is shown; `guide` is the loss, `g` the width of the diagonal, `task` what was measured."""

    controls = "guided_"

    show: str = view_field(*SHOWS, texts="guided.show", absent="penalty")
    guide: str = choice_field("diagonal", "monotonic", texts="guided.guide", control="guide_kind")
    g: float = decimal_field(0.2, least=0.05, most=1.0, step=0.05, control="guide_width")
    task: str = choice_field("copy", "dates", "reverse", "spelling", texts="guided.task", absent="spelling")
    live: str = choice_field("copy", "reverse", texts="guided.task")
    section: str = section_field("formula", "code", "measured", "question")


def siblings() -> dict[str, str]:
    """Return the models that differ in their guide alone, as far as they are there, by the guide."""
    return {guide: name for guide, name in SIBLINGS.items() if name in models.catalogue()}


def reads_source(current: AppState) -> bool:
    """Tell whether the chosen view reads what was typed."""
    show = current.chosen(GuidedChoices).show
    return show == "penalty" or (show == "siblings" and bool(siblings()) and fits_siblings(current.spec))


def fits_siblings(spec: RunSpec) -> bool:
    """Tell whether the siblings read what the chosen model reads."""
    return all(models.catalogue()[name].task == models.catalogue()[spec.model].task for name in siblings().values())
