"""What a press can change, as one frozen value: the run, what of it is looked at, and what pages let one choose."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from core.config import ModelConfig
from pages.shared.run.runs import RunSpec
from pages.shared.url.fields import Choices

Attention = Literal["encoder", "self", "cross"]
Compare = Literal["b", "a", "difference"]
ATTENTIONS, COMPARES = get_args(Attention), get_args(Compare)
UndoStep = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class View:
    """Say what of a run is looked at.

    Layers and heads count from 0; step is the number of tokens written, row the encoder's query.
    """

    step: int = 0
    layer: int = 0
    head: int = 0
    attention: Attention = "cross"
    compare: Compare = "b"
    row: int = 0

    def within(self, config: ModelConfig) -> "View":
        """Return the same view of a model that may have fewer layers or heads than the last one."""
        layers = config.num_encoder_layers if self.attention == "encoder" else config.num_decoder_layers
        return replace(self, layer=min(self.layer, layers - 1), head=min(self.head, config.num_heads - 1))


VIEW_FIELDS = tuple(each.name for each in fields(View))


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
    view: View = View()
    pushed: View = View()
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
