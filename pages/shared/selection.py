"""What a press can change, as one frozen value: the run, what of it is looked at, and what pages let one choose."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.run.runs import RunSpec
from core.run.view import PLAIN_VIEW, View
from pages.shared.url.fields import Choices

UndoStep = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Selection:
    """Hold all that a press can change: the run, what of it is looked at, and what the pages let one choose.

    `shown` is the last run that could be shown, `pinned` is A. `pushed` is what the browser was last asked to look
    at, and `revision` grows with it; `decided` holds the revision in which each field of the view was last decided
    here, and `decided_after` the last message of the browser's that was known by then. What the visitor then
    chooses in the browser is in `view` alone, so that equal runs are sent as equal data, and only once. `choices`
    are what single pages let one choose, by their kind, and `undo` is what can be taken back of them, by name.
    `last_read` holds the source and reference that each task was left with. `lent` is the run that comes back when
    the page is left, with the source that the page put in its place. `problems` are sentences about what could not
    be done.
    """

    spec: RunSpec
    view: View = PLAIN_VIEW
    pushed: View = PLAIN_VIEW
    shown: RunSpec | None = None
    pinned: RunSpec | None = None
    revision: int = 0
    decided: Mapping[str, int] = field(default_factory=dict)
    decided_after: int = 0
    choices: Mapping[type[Choices], Choices] = field(default_factory=dict)
    undo: Mapping[type[Choices], tuple[UndoStep, ...]] = field(default_factory=dict)
    last_read: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    lent: tuple[RunSpec, str] | None = None
    problems: tuple[str, ...] = ()


def selected(name: str) -> Any:
    """Return a property that reads a field of the selection, and that makes another selection when it is set."""
    return property(
        lambda state: getattr(state.selection, name),
        lambda state, value: setattr(state, "selection", replace(state.selection, **{name: value})),
    )
