"""Search: greedy decoding, sampling and beam search on one screen, the beam as a tree that grows step by step."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.run.titles import title_of
from pages.search.choices import FIRST, SearchChoices
from pages.search.controls import found_control
from pages.search.payload import tree_payload
from pages.search.results import results
from pages.search.sampling import sampling
from pages.search.searches import plain, search
from pages.search.sections import search_sections
from pages.search.tree import tree_follow, tree_view
from pages.shared.page import Page, resolve_run
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.translation import is_asked
from pages.shared.widgets.controls import choice


def searches(current: AppState) -> list[str]:
    """Search as was asked for and show it: the outputs and the samples above, the beam's tree below them."""
    if not is_searchable(current):
        return [parallel_message(current.shown.model)]
    with width_place:
        choice(current, SearchChoices, "beam")
    choices = current.chosen(SearchChoices)
    if choices.show != "beam":
        of_outputs, of_samples = st.columns(2, gap="medium")
        with of_outputs:
            results(current.shown, choices)
        with of_samples:
            page.fragment(lambda current: sampling(current.shown, current))
    if choices.show != "draws":
        tree(current)
    page.layer_and_head()
    page.fragment(look)
    return [t("search.free")] if current.spec.forced or current.spec.teacher else []


def tree(current: AppState) -> None:
    """Show the beam, and go on from a hypothesis on the Decode page if asked to."""
    spec, choices = current.shown, current.chosen(SearchChoices)
    found = search(plain(spec), choices.beam, choices.penalty)
    if tree_view(shown_payload(current), found, current):
        st.switch_page("pages/decode/page.py")


def is_searchable(current: AppState) -> bool:
    """Tell whether the shown run can be searched: it is an earlier one where the one asked for cannot be run."""
    return current.shown.config.autoregressive


def shown_payload(current: AppState) -> dict[str, Any] | None:
    """Return the tree as it is sent: its weights are of cross-attention, whatever is looked at on other pages."""
    if not is_searchable(current):
        return None
    choices = current.chosen(SearchChoices)
    view = replace(current.view, attention="cross").within(current.shown.config)
    return tree_payload(current.shown, choices.beam, choices.penalty, view.layer, view.head)


def look(current: AppState) -> None:
    """Follow what is looked at in the tree, and show what can be read below it."""
    if current.chosen(SearchChoices).show != "draws":
        tree_follow(current)
    search_sections(current)


def decline(current: AppState) -> list[str]:
    """Say of a model that writes all at once that it leaves nothing to search."""
    resolve_run(current)
    return [parallel_message(current.spec.model)]


def parallel_message(model: str) -> str:
    """Say that a model leaves nothing to search."""
    return t("search.parallel", model=title_of(model))


page = Page("search", SearchChoices, first=FIRST)
if is_asked(page.current.spec):  # a sentence and its language take a line of their own
    page.source_bar()
    found_place, show_place, width_place = st.columns([3, 3, 2], gap="medium")
else:
    left, found_place, show_place, width_place = st.columns([5, 3, 3, 2], gap="medium")
    with left:
        page.source_bar()
with found_place:
    found_control(page.current)
with show_place:
    choice(page.current, SearchChoices, "show")
if page.current.spec.config.autoregressive:
    page.draw(searches, prefetch=shown_payload)
else:
    page.draw(decline, switches=(), resolves_run=False)
