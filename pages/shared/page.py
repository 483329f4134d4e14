"""A page: entered, framed, drawn in fragments, its next views prefetched, its address written.

    page = Page("heads", HeadsChoices)
    page.source_bar()
    page.draw(heads, prefetch=wall_payload)

where `heads(current)` reads what is chosen, computes, draws, and returns sentences about what could not be done. A
rerun of the whole app costs the browser several times what a fragment does, so the shared controls are drawn in three
parts: model, reference, padding and pins with everything, the switches and the choice of layer and head each with the
fragment that they rerun.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from core.run import models
from core.run.runs import SWITCHES, runnable
from core.run.view import Attention
from pages.shared.browser.here import WHOLE, you_are_here
from pages.shared.browser.prefetch import prefetch_view
from pages.shared.browser.repeats import hear_repeats
from pages.shared.browser.visitor import identify_visitor, is_visitor_needed
from pages.shared.first import PLAIN, First, first_spec
from pages.shared.frame import link_controls, look_controls, run_controls, shared_controls, source_bar
from pages.shared.internals import is_history_navigation
from pages.shared.messages import show_messages, still_showing, stop_without_models
from pages.shared.projector import projector
from pages.shared.state import AppState, Prefetch, state
from pages.shared.text import t
from pages.shared.url import links
from pages.shared.url.fields import Choices

Draw = Callable[[AppState], Sequence[str] | None]


class Page:
    """Hold a page that is being drawn: its visitor's state, and the places in the sidebar that its fragments fill.

    `kind` are the page's own choices. `reads_run` tells whether it shows the run that all pages share, or how that
    follows from the choices. `attention` is the only one that the page can show, if there is but one. `pads` tells, or
    how it follows from the choices, whether padding behind the source changes what is shown, `pins` whether a pinned
    run is shown. `first` is what a visitor sees who comes here first, and what others are offered.
    """

    def __init__(
        self,
        name: str,
        kind: type[Choices],
        *,
        reads_run: bool | Callable[[AppState], bool] = True,
        attention: Attention | None = None,
        pads: bool | Callable[[AppState], bool] = True,
        pins: bool = False,
        first: First = PLAIN,
    ) -> None:
        stop_without_models()
        self.current, self.first, self.shows_run = enter(name, kind, first), first, False
        if name != WHOLE:
            you_are_here(name)
        projector(self.current)
        self.reads_run, with_pads = (fact(self.current) if callable(fact) else fact for fact in (reads_run, pads))
        if self.reads_run:
            self.look_place, self.run_place = shared_controls(self.current, with_pads, pins)
        else:
            self.own_place = st.sidebar.container()
            with st.sidebar:
                link_controls(self.current)
        if attention is not None and self.current.view.attention != attention:
            self.current.look(attention=attention)

    def source_bar(self) -> None:
        """Draw the source and the examples, and offer the page's own; without them, a page shows nothing of the run."""
        self.shows_run = True
        source_bar(self.current, self.first)

    def draw(
        self,
        draw: Draw,
        *,
        prefetch: Prefetch | None = None,
        switches: Sequence[str] = SWITCHES,
        resolves_run: bool = True,
    ) -> None:
        """Draw the page's view in a fragment, with the switches that rerun it, and prefetch what one press shows.

        `prefetch` returns what the view shows as things are, where that is not a board, which says so itself. A page
        that does not show the run has no switches, and nothing is said of what of it cannot be shown; a view that does
        not have it resolved asks for what it can show itself.
        """
        current = self.current

        @st.fragment
        def view() -> None:
            above = st.container()
            messages = resolve_run(current) if self.reads_run and resolves_run else []
            current.prefetch, current.shows_board = prefetch, False
            messages = [*(messages if self.shows_run else ()), *(draw(current) or ())]
            if self.shows_run and switches:
                with self.run_place:
                    run_controls(current, switches)
            with above:
                show_messages([*current.problems, *messages])
            write_address(current)

        view()
        prefetch_view(current)

    def fragment(self, draw: Callable[[AppState], object], run_every: float | None = None) -> None:
        """Draw a part of the page in a fragment of its own, and write the address that follows from it."""

        @st.fragment(run_every=run_every)
        def part() -> None:
            draw(self.current)
            write_address(self.current)

        part()

    def layer_and_head(self) -> None:
        """Draw the choice of layer and head, from within the fragment that it reruns, once the view is drawn."""
        with self.look_place:
            look_controls(self.current)


def enter(page: str, kind: type[Choices] | None = None, first: First = PLAIN) -> AppState:
    """Take over the URL if somebody else changed it, with the page's own choices of this `kind`; draw nothing.

    `first` is shown if the visitor comes from nowhere and the URL asks for nothing.
    """
    current = state()
    is_first = not current.page
    asked = dict(st.query_params.items())
    needed = is_visitor_needed(page, asked)
    with st.sidebar:
        identify_visitor(current, needed)
        hear_repeats(current)
    if needed and not current.visitor:
        st.stop()
    if page != current.page:
        current.problems = ()  # they were said of another page
    if is_first:
        current.select(spec=first.spec(), view=first.view, pushed=first.view)
    if not is_echo(current, asked):
        links.read(current, asked, kind, first.spec() if is_first else None)
        # Once read, it must not undo what the visitor then changes, even if it is just what we would write.
        current.written.append(asked)
    leave_deleted_models(current)
    current.enter(page, kind)
    return current


def leave_deleted_models(current: AppState) -> None:
    """Go back to the usual model, or to no run A, where a run was deleted with the model that was looked at."""
    if current.shown is not None and not models.is_there(current.shown.model):
        current.shown = None
    if not models.is_there(current.spec.model):
        current.spec, current.shown, current.pinned = first_spec(), None, None
        current.problems = (t("problem.model_gone"),)
    if current.pinned is not None and not models.is_there(current.pinned.model):
        current.unpin()
        current.problems = (*current.problems, t("problem.pinned_gone"))


def is_echo(current: AppState, asked: dict[str, str]) -> bool:
    """Tell whether the address bar holds what we wrote, now or, if the browser lags, a while ago.

    Whoever goes back in the browser's history asks for what we wrote; the same address typed is another visit.
    """
    return asked in current.written and not is_history_navigation()


def write_address(current: AppState) -> None:
    """Write what is shown into the URL."""
    params = links.write(current)
    # What the browser sends may be older than what it was last told to show.
    if params != dict(st.query_params.items()) or params != current.written[-1]:
        st.query_params.from_dict(params)
        current.written.append(params)


def resolve_run(current: AppState) -> list[str]:
    """Show the run that was asked for, or the last one that could be run; return a sentence about what cannot be."""
    shown, messages = runnable(current.spec)
    current.shown = shown or current.shown or first_spec()
    if shown is None:
        messages.append(still_showing(current.spec, current.shown))
    return messages
