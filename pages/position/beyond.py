"""Positions that training never saw: the same source moved on by k, longer words, and what held-out ones score."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.experiments.unseen_positions import SIDES as POSITION_OF_SIDE
from core.figures.positions import beyond_lines, shift_lines
from core.run.runs import RunSpec
from core.switches import Switches
from pages.position.choices import PositionChoices
from pages.position.compared import output_text, verdict
from pages.position.family import name_in_catalogue, nearest_family, write_in_order
from pages.shared.state import AppState
from pages.shared.text import t, table
from pages.shared.widgets.controls import choice

LADDER = (0, 1, 2, 3, 4, 6, 8, 16, 32, 64)
FEWEST_WORDS = 5


def shifted(spec: RunSpec, choices: PositionChoices, shift: int) -> Switches:
    """Return a run's switches with its positions moved on; where they are off there is nothing to move."""
    if not spec.position:
        return spec.switches
    return replace(spec.switches, position=POSITION_OF_SIDE[choices.side], position_shift=shift)


def beyond_controls(current: AppState) -> None:
    """Draw the shift, and whose positions it moves."""
    with st.container(horizontal=True, key="position-shift"):
        choice(current, PositionChoices, "shift", width=360)
        choice(current, PositionChoices, "side")


def beyond_view(current: AppState, spec: RunSpec) -> None:
    """Draw what each model writes as its positions move on, beside what it gets right of held-out examples."""
    beyond_controls(current)
    choices = current.chosen(PositionChoices)
    members = {kind: name_in_catalogue(metadata) for kind, metadata in nearest_family(spec.model).items()}
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.markdown(f"**{t('position.as_k_grows')}**")
        with st.container(key="dense-table"):
            st.markdown(outputs_table(spec, choices, members))
        st.caption(t("position.shift_caption"))
    with right:
        shift_evidence(choices, members)
        length_evidence(spec.model)


def outputs_table(spec: RunSpec, choices: PositionChoices, members: dict[str, str]) -> str:
    """Write what each model makes of the source at each shift, as a Markdown table; the chosen shift stands out."""
    rows = []
    for shift in sorted({*LADDER, choices.shift}):
        row = [f"**{shift} ←**" if shift == choices.shift else str(shift)]
        for name in members.values():
            own = replace(spec, model=name)
            found = write_in_order(own, shifted(own, choices, shift))
            right = verdict(own, found) == t("section.right")
            row.append(output_text(found) + (" ✓" if right else ""))
        rows.append(row)
    return table([t("column.shift"), *(t(f"position.kind_{kind}") for kind in members)], rows)


def rows_by_shift(members: dict[str, str]) -> dict[str, Any]:
    """Return what was measured of some models by shift, by the kind of their position."""
    rows = {row["name"]: row for row in (read_evidence("unseen-positions") or {"models": ()})["models"]}
    return {kind: rows[name] for kind, name in members.items() if name in rows}


def shift_evidence(choices: PositionChoices, members: dict[str, str]) -> None:
    """Draw the share of held-out examples that is right at each shift, where it was measured."""
    rows = rows_by_shift(members)
    if not rows:
        return
    st.markdown(f"**{t(f'position.shift_heading_{choices.side}')}**")
    lines = {t(f"position.kind_{kind}"): row["exact"][choices.side] for kind, row in rows.items()}
    st.plotly_chart(
        shift_lines(read_evidence("unseen-positions")["shifts"], lines, choices.shift, t("position.axis_shift")),
        config={"displayModeBar": False},
    )
    learned = rows.get("learned")
    reach = "" if learned is None else t("position.table_ends", reach=learned["reach"][choices.side])
    row = next(iter(rows.values()))
    st.caption(
        t("position.shift_measured", examples=f"{row['examples']:,}", longest=row["longest_source"], seed=row["seed"])
        + reach
    )


def length_evidence(name: str) -> None:
    """Draw the errors by length of a model of words, within and beyond what training saw, where they were measured."""
    found = next(
        (row for row in (read_evidence("unseen-positions") or {"lengths": ()})["lengths"] if row["name"] == name), None
    )
    if found is None:
        return
    longest = found["longest_source"]
    st.markdown(f"**{t('position.length_heading')}**")
    words = {row["letters"]: row["per"] for row in found["words"] if row["words"] >= FEWEST_WORDS}
    joined = {row["letters"]: row["per"] for row in found["joined"]}
    places = sorted({*words, *joined})
    series = {
        t("position.words"): [words.get(place) for place in places],
        t("position.joined"): [joined.get(place) for place in places],
    }
    figure = beyond_lines(places, series, longest, t("position.axis_letters"))
    st.plotly_chart(figure, config={"displayModeBar": False})
    beyond = [row for row in found["words"] if row["letters"] > longest]
    st.caption(
        t(
            "position.length_measured", longest=longest, fewest=FEWEST_WORDS,
            sources=found["joined"][0]["words"], beyond=sum(row["words"] for row in beyond),
        )
    )  # fmt: skip
