"""What a visitor has chosen: typed, in one place, shared by all pages and kept in the URL."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import streamlit as st

from core.tasks import get_task
from pages.shared import models
from pages.shared.runs import RunSpec

Attention = Literal["encoder", "self", "cross"]
Compare = Literal["b", "a", "difference"]
ATTENTIONS, COMPARES = get_args(Attention), get_args(Compare)
FIRST_STEP = 6


@dataclass
class View:
    """Say what of a run is looked at; layers and heads count from 0, step is the number of tokens written, row the encoder's query."""

    step: int = 0
    layer: int = 0
    head: int = 0
    attention: Attention = "cross"
    compare: Compare = "b"
    row: int = 0


@dataclass
class AppState:
    """Hold one visitor's choices.

    `revision` grows whenever the server, not the view in the browser, changes what is looked at. `shown` is the last run that
    could be shown. `url` is what was last written to the address bar; `problems` are sentences about what it asked for.
    """

    spec: RunSpec
    view: View = field(default_factory=View)
    pinned: RunSpec | None = None
    shown: RunSpec | None = None
    revision: int = 0
    url: dict[str, str] | None = None
    problems: list[str] = field(default_factory=list)

    def change(self, **changes: Any) -> None:
        """Change the run; a token forced on one model means nothing to another."""
        if changes.get("model", self.spec.model) != self.spec.model:
            changes.setdefault("forced", ())
        self.spec = replace(self.spec, **changes)
        self.problems = []

    def read_source(self, text: str, reference: str | None = None) -> None:
        """Take another source, from its first step, with the reference that belongs to it if one is known."""
        known = {example.source: example.target for example in self.spec.task.examples()}
        self.change(source=text, reference=known.get(text, "") if reference is None else reference, forced=())
        self.look(step=0)

    def look(self, **changes: Any) -> None:
        """Change what is looked at, from the server's side."""
        self.view = replace(self.view, **changes)
        self.revision += 1


def first_spec() -> RunSpec:
    """Return the run that a first visit shows: the first example of the default model."""
    name = models.default_model()
    example = get_task(models.catalogue()[name].task).examples()[0]
    return RunSpec(model=name, source=example.source, reference=example.target)


def state() -> AppState:
    """Return this visitor's state, new on the first visit."""
    if "app" not in st.session_state:
        st.session_state["app"] = AppState(first_spec(), View(step=FIRST_STEP, layer=1))
    return st.session_state["app"]
