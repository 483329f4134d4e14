"""The choices of "Cross-attention", and what follows from it for the run that is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.analysis.attention.alignment import Alignments, alignments
from core.analysis.attention.rollout import Rollout, rollout_of
from core.analysis.attention.weight_gradients import WeightGradients, weight_gradients
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.view import View
from core.trace import Trace
from pages.shared.state import AppState
from pages.shared.text import listed, t
from pages.shared.url.fields import Choices, choice_field, custom_field, decimal_field, section_field, view_field
from pages.shared.url.params import shortened

NAMED = ("largest", "products")
LONGEST_SOURCE = 999


def read_token(params: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    """Read which source token loses its weight: by name of the way to choose it, or by its place, from 1."""
    text = params[name]
    if text in NAMED or (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= LONGEST_SOURCE):
        return text
    problems.append(t("cross.url_token", got=shortened(text), names=listed(NAMED)))
    return None


@dataclass(frozen=True, kw_only=True)
class CrossChoices(Choices):
    """Say which view is shown, and which weights are overwritten with what."""

    controls = "cross_"

    show: str = view_field("step", "wirings", "alignment", "languages", "explanation", texts="cross.show")
    token: str = custom_field(NAMED[0], str, read_token, widget="selectbox")
    scope: str = choice_field("head", "layer", "all", texts="cross.scope")
    value: float = decimal_field(0.0, least=0.0, most=1.0, step=0.05)
    section: str = section_field("formula", "code", "measured", "question")


@dataclass(frozen=True, eq=False)
class Place:
    """Say what of a run is looked at: one row of one head of the cross-attention, counted from 0."""

    spec: RunSpec
    trace: Trace
    layer: int
    head: int
    row: int

    @property
    def view(self) -> View:
        """Return the place as the views of other pages know it."""
        return View(step=self.row + 1, layer=self.layer, head=self.head, attention="cross")


def place_of(current: AppState) -> Place:
    """Return what is looked at, within what the run and its model have.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    spec = current.shown
    trace, config = runs.trace(spec), spec.config
    view = replace(current.view, attention="cross").within(config)
    return Place(spec, trace, view.layer, view.head, max(0, min(view.step - 1, len(trace.steps) - 1)))


@kept
def gradients_of(spec: RunSpec) -> WeightGradients:
    """Differentiate a run by its weights, once."""
    return weight_gradients(models.model(spec.model), runs.trace(spec))


@kept
def rolled_out(spec: RunSpec) -> Rollout:
    """Roll a run out, once."""
    return rollout_of(models.model(spec.model), runs.trace(spec))


def alignments_of(place: Place) -> Alignments:
    """Align the run in four ways."""
    return alignments(place.trace, gradients_of(place.spec), rolled_out(place.spec), place.layer, place.head)
