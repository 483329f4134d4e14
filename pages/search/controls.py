"""The controls of the whole Search page: which searches are shown, the beam's width, examples that a search found."""

from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.run import models
from core.run.titles import title_of
from pages.search.choices import LAST, SearchChoices
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

MOST_OF_A_KIND = 12
NAMED = ("source", "narrow", "wide")


def found_examples(model: str) -> list[dict[str, Any]]:
    """Return what the command found: for this model first, then for others, where greedy fails and where width does."""
    order = sorted(models.catalogue(), key=lambda name: name != model)
    return [
        row | {"kind": kind, "model": name}
        for name in order
        if (found := read_evidence(f"beam-widths-{name}")) is not None
        for kind in ("greedy_wrong", "wider_worse")
        for row in found[kind][:MOST_OF_A_KIND]
    ]


def example_label(row: dict[str, Any], model: str) -> str:
    """Say what an example shows, and with which model if that is another than the present one."""
    text = t(f"search.found_{row['kind']}", **{name: row[name] for name in NAMED})
    return text if row["model"] == model else f"{text} ({title_of(row['model'])})"


def found_control(current: AppState) -> None:
    """Draw the choice among examples that were found by search over the held-out sets."""
    spec = current.spec
    rows = {example_label(row, spec.model): row for row in found_examples(spec.model)}
    shown = (text for text, row in rows.items() if (row["model"], row["source"]) == (spec.model, spec.source))

    def take(text: str | None) -> None:
        if text not in rows:
            return
        row = rows[text]
        current.choose_model(row["model"])
        current.read_source(row["source"])
        current.change(reference=row["references"][0])
        current.choose(SearchChoices, beam=row["wide"], penalty=0.0, upto=LAST, node=0)

    controlled(
        st.selectbox, "search_found", next(shown, None), take, options=list(rows), index=None,
        placeholder=t("search.found_placeholder" if rows else "search.found_none"), disabled=not rows,
    )  # fmt: skip
