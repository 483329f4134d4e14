"""What the whole Search page turns on: which searches are shown, the beam's width, examples that a search found."""

from functools import cache
from typing import Any

import streamlit as st

from core.analysis.evidence import read_evidence
from pages.shared.frame import controlled
from pages.shared.search.choices import LAST, SHOWS, WIDEST, SearchChoices
from pages.shared.state import AppState
from pages.shared.text import t

kept = cache(read_evidence)
MOST_OF_A_KIND = 12


def show_control(current: AppState) -> None:
    """Draw the choice of the searches that are shown."""
    controlled(
        st.segmented_control, "search_show", current.chosen(SearchChoices).show,
        lambda show: current.choose(SearchChoices, show=show), options=SHOWS, required=True,
        format_func=lambda show: t(f"search.show_{show}"),
    )  # fmt: skip


def width_control(current: AppState) -> None:
    """Draw the width of the beam."""
    controlled(
        st.slider, "beam", current.chosen(SearchChoices).beam, lambda width: current.choose(SearchChoices, beam=width),
        min_value=1, max_value=WIDEST,
    )  # fmt: skip


def found_examples(model: str) -> list[dict[str, Any]]:
    """Return what the command found for a model: where greedy decoding fails, and where a wider beam does."""
    found = kept(f"search-{model}") or {"greedy_wrong": [], "wider_worse": []}
    kinds = ("greedy_wrong", "wider_worse")
    return [row | {"kind": kind} for kind in kinds for row in found[kind][:MOST_OF_A_KIND]]


def found_control(current: AppState) -> None:
    """Draw the choice among examples that were found by search over the held-out set."""
    rows = found_examples(current.spec.model)
    told = {
        t(f"search.found_{row['kind']}", **{name: row[name] for name in ("source", "narrow", "wide")}): row
        for row in rows
    }
    chosen = next((text for text, row in told.items() if row["source"] == current.spec.source), None)

    def take(text: str | None) -> None:
        if text in told:
            row = told[text]
            current.read_source(row["source"])
            current.change(reference=row["references"][0])
            current.choose(SearchChoices, beam=row["wide"], penalty=0.0, upto=LAST, node=0)

    controlled(
        st.selectbox, "search_found", chosen, take, options=list(told), index=None,
        placeholder=t("search.found_placeholder" if rows else "search.found_none"), disabled=not rows,
    )  # fmt: skip
