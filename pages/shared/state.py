"""The state of a visitor: typed, in one place, shared by all pages and kept in the URL."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

import streamlit as st

from core.figures.boards import Board
from core.run import models
from core.run.runs import known_reference, readable
from core.run.view import VIEW_FIELDS
from core.screen.texts import say
from pages.shared.first import PLAIN, first_spec
from pages.shared.selection import Selection, selected
from pages.shared.url.fields import Choices
from pages.shared.widgets.options import DrawnOptions, PressOptions
from pages.shared.widgets.replaced import Widgets

MOST_UNDONE = 50
Forced = tuple[tuple[int, int], ...]
Kind = TypeVar("Kind", bound=Choices)
# Returns what a view shows as things are, as a board or as its payload; None is not sent ahead.
Prefetch = Callable[["AppState"], Board | dict[str, Any] | None]


@dataclass
class AppState:
    """Hold one visitor's session: what is selected, and what is drawn of it.

    `press_options` are the controls' choices, by name, as far as this run has drawn them, and `last_options` those of
    all of the page, since a run may be interrupted before it has drawn them; `presses` counts presses that were made;
    `presses_of_batch` holds what was chosen since anything was drawn, by the key of the widget. `prefetch_request`
    is what the browser shows while it asks what they would, and `prefetch_answers` counts what it was answered.
    `save_request` is what it asks for to save it, as long as that is not answered.
    `prefetch` is of the page's view, if it is prefetched, and `shows_board` tells whether that is a board.
    `written` is what was lately written to the address bar. `widget_keys` are the present keys of the shared
    controls, `widgets` what stands for them at Streamlit, and `drawn_options` their options as last drawn. `kind`
    is that of the choices of the page that is shown. `replies` are the numbers of the newest messages that views were
    heard to say, by their keys, and `last_message` is the newest about what is looked at. `jobs` are the computations
    of `pages.shared.jobs`, by name. `branches` are what was lately forced, by model and source. `visitor` is the name
    that the browser keeps, empty while it has named none. `drawn` holds what the page shows of the facts, by name, in
    places that not every change draws anew. `lesson` is the number of the lesson they are in, 0 for none. `projector`
    tells whether pages are shown for a class.
    """

    selection: Selection
    page: str = ""
    prefetch_request: str = ""
    prefetch: Prefetch | None = None
    shows_board: bool = False
    prefetch_answers: int = 0
    save_request: dict[str, Any] = field(default_factory=dict)
    press_options: dict[str, PressOptions] = field(default_factory=dict)
    last_options: dict[str, PressOptions] = field(default_factory=dict)
    presses: int = 0
    presses_of_batch: dict[str, Any] = field(default_factory=dict)
    written: deque[dict[str, str]] = field(default_factory=lambda: deque([{}], maxlen=64))
    widget_keys: dict[str, str] = field(default_factory=dict)
    widgets: Widgets = field(default_factory=Widgets)
    drawn_options: dict[str, deque[DrawnOptions]] = field(default_factory=dict)
    kind: type[Choices] | None = None
    drawn: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)
    last_message: int = 0
    jobs: dict[str, Any] = field(default_factory=dict)
    branches: dict[tuple[str, str], tuple[Forced, ...]] = field(default_factory=dict)
    visitor: str = ""
    lesson: int = 0
    projector: bool = False

    spec: ClassVar = selected("spec")
    view: ClassVar = selected("view")
    pushed: ClassVar = selected("pushed")
    shown: ClassVar = selected("shown")
    pinned: ClassVar = selected("pinned")
    revision: ClassVar = selected("revision")
    decided: ClassVar = selected("decided")
    decided_after: ClassVar = selected("decided_after")
    choices: ClassVar = selected("choices")
    problems: ClassVar = selected("problems")

    def select(self, **changes: Any) -> None:
        """Make another selection."""
        self.selection = replace(self.selection, **changes)

    def change(self, **changes: Any) -> None:
        """Change the run."""
        self.select(spec=replace(self.spec, **changes), problems=())

    def choose_model(self, name: str) -> None:
        """Take another model: with the same source if it has the same task, else with what was last read for its task.

        A token forced on one model means nothing to another. One that cannot be opened changes nothing.
        """
        if (why := models.opening_problem(name)) is not None:
            self.problems = (say(why),)
            return
        before, task = self.spec, models.task_of(name)
        self.change(model=name, forced=())
        self.select(lent=None)
        if task.name == before.task.name:
            return
        last_read = self.selection.last_read | {before.task.name: (before.source, before.reference)}
        self.select(last_read=last_read)
        if task.name in last_read:
            source, reference = last_read[task.name]
            self.change(source=source, reference=reference)
        else:
            self.read_source(task.examples()[0].source)

    def borrow(self, model: str, source: str = "", reference: str = "") -> None:
        """Take a model, and a source, that the page needs for what it shows; the visitor's own come back afterwards."""
        before = self.spec if self.selection.lent is None else self.selection.lent[0]
        self.choose_model(model)
        if source:
            self.read_source(source)
        if reference:
            self.change(reference=reference)
        self.select(lent=(before, self.spec.source))

    def give_back(self) -> None:
        """Take again what was there before a page borrowed another model, with what was typed meanwhile if it fits."""
        if self.selection.lent is None:
            return
        (before, borrowed), now = self.selection.lent, self.spec
        self.select(lent=None)
        if not models.is_there(before.model):  # its run was deleted meanwhile
            return
        self.select(spec=before)
        if now.source != borrowed and now.task.name == before.task.name:
            self.read_source(now.source)

    def keep(self) -> None:
        """Keep what a page borrowed: the visitor goes on with it elsewhere."""
        self.select(lent=None)

    def chosen(self, kind: type[Kind]) -> Kind:
        """Return a page's own choices, the default ones if nothing was chosen yet."""
        return self.choices.get(kind) or kind()

    def choose(self, kind: type[Choices], undo_as: str | None = None, **changes: Any) -> None:
        """Change a page's own choices; what is given a name can be undone, equal names in a row as one."""
        before = self.chosen(kind)
        after, steps = replace(before, **changes), self.selection.undo.get(kind, ())
        if undo_as is not None and before != after and (not steps or steps[-1][0] != undo_as):
            steps = (*steps, (undo_as, {name: getattr(before, name) for name in changes}))[-MOST_UNDONE:]
        self.select(
            choices=self.choices | {kind: after}, undo=self.selection.undo | {kind: steps}, problems=()
        )  # fmt: skip

    def undo(self, kind: type[Choices]) -> None:
        """Take back the last change of a page's own choices that can be undone."""
        if steps := self.selection.undo.get(kind):
            self.select(undo=self.selection.undo | {kind: steps[:-1]})
            self.choose(kind, **steps[-1][1])

    @contextmanager
    def supposing(self) -> Iterator[None]:
        """Let another selection be made to see what would follow; afterwards the present one stands."""
        before = self.selection
        try:
            yield
        finally:
            self.selection = before

    def read_source(self, text: str) -> None:
        """Take another source, from its first step, with the reference that belongs to it if one is known.

        A source that cannot be read changes nothing else, so that no work is lost over a slip.
        """
        self.change(source=text)
        if readable(self.spec)[0] is not None:
            self.change(reference=known_reference(self.spec), forced=())
            self.look(step=0)

    def look(self, **changes: Any) -> None:
        """Decide what is looked at, from the server's side; without changes, tell the browser all of it again."""
        view, revision = replace(self.view, **changes), self.revision + 1
        decided = self.decided | dict.fromkeys(changes or VIEW_FIELDS, revision)
        self.select(view=view, pushed=view, revision=revision, decided=decided, decided_after=self.last_message)

    def follow(self, view: Mapping[str, Any], revision: int, pressed: Mapping[str, Any]) -> None:
        """Take what is looked at in the browser, but for fields that were decided here since.

        `revision` is the last that the browser has heard of. `pressed` holds what it saw pressed in the controls of
        single fields: a decision that only repeats such a press is none that it has yet to hear of.
        """
        fresh = {
            name: view[name]
            for name in VIEW_FIELDS
            if name in view and (self.is_known(name, revision) or pressed.get(name) == getattr(self.view, name))
        }
        self.view = replace(self.view, **fresh)

    def is_known(self, name: str, revision: int) -> bool:
        """Tell whether a browser that has heard of a revision knows what was decided of a field of the view."""
        return self.decided.get(name, 0) <= revision

    def force(self, step: int, token: int) -> None:
        """Write a token at a step and go on from there; what was forced later no longer applies."""
        kept = tuple(pair for pair in self.spec.forced if pair[0] < step)
        self.change(forced=(*kept, (step, token)))

    def unforce(self, step: int) -> None:
        """Let the model choose at a step again."""
        self.change(forced=tuple(pair for pair in self.spec.forced if pair[0] != step))

    def pin(self) -> None:
        """Keep the run that is shown as A."""
        self.pinned = self.shown

    def unpin(self) -> None:
        """Let A go."""
        self.pinned = None
        self.look(compare="b")

    def facts(self) -> dict[str, Any]:
        """Return what may be drawn outside of the fragment that changes it, by name."""
        spec = self.spec
        return {
            "model": spec.model, "source": spec.source, "reference": spec.reference, "pads": spec.pads,
            "pinned": self.pinned, "problems": self.problems,
        }  # fmt: skip

    def note_drawn(self, *names: str) -> None:
        """Note that these facts are drawn as they are now."""
        facts = self.facts()
        self.drawn |= {name: facts[name] for name in names}

    def expect(self, params: Mapping[str, str]) -> None:
        """Take an address for a request when it comes, even if it was written here before."""
        self.written = deque([each for each in self.written if each != params] or [{}], maxlen=self.written.maxlen)

    @property
    def is_outdated(self) -> bool:
        """Tell whether the page shows what is no longer so."""
        return not self.drawn.items() <= self.facts().items()

    def enter(self, page: str, kind: type[Choices] | None = None) -> None:
        """Note which page is drawn, with which choices; a page that is entered anew is told where the visitor was.

        A control that two pages have is another widget on each of them, so it gets another key, or it would be empty.
        """
        self.kind, self.press_options, self.drawn = kind, {}, {}
        if page != self.page:
            self.give_back()
            self.page, self.last_options = page, {}
            self.widget_keys = {name: next_key(key) for name, key in self.widget_keys.items()}
            self.widgets = Widgets()
            self.look()


def next_key(key: str) -> str:
    """Return the key of a control's next widget: control-source-0 → control-source-1."""
    name, number = key.rsplit("-", 1)
    return f"{name}-{int(number) + 1}"


def state() -> AppState:
    """Return this visitor's state, new on the first visit."""
    if "app" not in st.session_state:
        st.session_state["app"] = AppState(Selection(first_spec(), PLAIN.view))
    return st.session_state["app"]
