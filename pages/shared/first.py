"""The run that a visitor sees who has chosen nothing yet: the usual one, or one that makes a page's point."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.run import models
from core.run.runs import RunSpec, known_reference
from core.run.view import View

if TYPE_CHECKING:
    from pages.shared.state import AppState

MIDDLE = View(step=6, layer=1)  # of a run that is under way, there is something to see


def first_spec(name: str = "") -> RunSpec:
    """Return the run that a first visit shows: the first example of a model, or of the default one."""
    name = name or models.default_model()
    example = models.task_of(name).examples()[0]
    return RunSpec(model=name, source=example.source, reference=example.target)


@dataclass(frozen=True, kw_only=True)
class First:
    """Say what a page shows whoever comes to it first, with nothing chosen: what makes its point.

    Without a `model`, it is the usual one with its first example. Whoever comes from another page brings along what is
    shown there; where the page has a `source` of its own, that is offered. Its `reference` is given where the app does
    not have it at hand.
    """

    model: str = ""
    source: str = ""
    reference: str = ""
    view: View = MIDDLE

    @property
    def is_there(self) -> bool:
        """Tell whether the page has a source of its own, and the model for it is there."""
        return bool(self.source) and self.model in models.catalogue()

    def spec(self) -> RunSpec:
        """Return the run."""
        if not self.is_there:
            return first_spec()
        spec = RunSpec(model=self.model, source=self.source)
        return replace(spec, reference=self.reference or known_reference(spec))

    def show(self, current: "AppState") -> None:
        """Show the page's own source until the page is left."""
        current.borrow(self.model, self.source, self.reference)


PLAIN = First()
