"""The effect of scheduled sampling on recovery over the test set, as `core.experiments.scheduled_sampling` kept it."""

from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.figures.schedules import spread_lines
from pages.shared.text import as_code, minus, t, table

MEASURES = ("exact", "fed", "own", "control", "recovered", "recovered_of_right", "damage", "never_back")


def decay_of(row: dict[str, Any]) -> str:
    """Return the decay that a schedule's options name."""
    words = row["options"].split()
    return words[words.index("--sampling") + 1] if words else "none"


def with_spread(name: str, found: dict[str, Any]) -> str:
    """Write a mean with its spread over the seeds; damage in edits, everything else in percent."""
    if name == "damage":
        spread = "" if found["spread"] is None else f" ± {found['spread']:.2f}"
        return close(f"{found['mean']:.2f}{spread}")
    spread = "" if found["spread"] is None else f" ± {100 * found['spread']:.1f}"
    return close(f"{100 * found['mean']:.1f}{spread} %")


def close(text: str) -> str:
    """Keep a spread and its unit on one line; on a phone the number may stand above them."""
    return text.replace("± ", "±\N{NO-BREAK SPACE}").replace(" %", "\N{NO-BREAK SPACE}%")


def verdict(schedules: list[dict[str, Any]]) -> str:
    """Say whether schedules recover oftener than teacher forcing, beyond the spread of both over the seeds."""
    pure, *scheduled = (row["all"]["recovered"] for row in schedules)
    gains = [row["mean"] - pure["mean"] for row in scheduled]
    clear = [
        abs(gain) > (row["spread"] or 0) + (pure["spread"] or 0) for gain, row in zip(gains, scheduled, strict=True)
    ]
    points = {name: minus(f"{100 * gain:+.1f}") for name, gain in (("least", min(gains)), ("most", max(gains)))}
    if all(clear) and min(gains) > 0:
        return t("teacher_forcing.helps", **points)
    if all(clear) and max(gains) < 0:
        return t("teacher_forcing.hurts", **points)
    return t("teacher_forcing.undecided", **points)


def exposure_evidence() -> None:
    """Draw the table, recovery by the place of the error, and accuracy by place, fed and alone."""
    found = read_evidence("scheduled-sampling")
    if found is None:
        st.text(t("teacher_forcing.no_evidence"))
        return
    schedules = found["schedules"]
    st.markdown(f"**{verdict(schedules)}**")
    head = [t("teacher_forcing.schedule"), *(t(f"teacher_forcing.decay_{decay_of(row)}") for row in schedules)]
    rows = [
        [t(f"teacher_forcing.column_{name}"), *(with_spread(name, row["all"][name]) for row in schedules)]
        for name in MEASURES
    ]
    st.markdown(table(head, rows))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{t('teacher_forcing.by_place')}**")
        named = {t(f"teacher_forcing.decay_{decay_of(row)}"): by_place(row, "recovered") for row in schedules}
        draw(named, t("teacher_forcing.place_of_error"), t("teacher_forcing.recovered_axis"))
    with right:
        st.markdown(f"**{t('teacher_forcing.accuracy_by_place')}**")
        pure, other = schedules[0], schedules[1]
        series = {accuracy_name(row, feed): by_place(row, feed) for row in (pure, other) for feed in ("fed", "own")}
        draw(series, t("teacher_forcing.place"), t("teacher_forcing.accuracy_axis"))
    counts = {"items": f"{found['items']:,}", "injections": f"{found['injections']:,}"}
    rule = t("teacher_forcing.rule")
    st.caption(t("teacher_forcing.evidence_explained", **counts, command=found["command"], rule=rule))
    with st.expander(t("teacher_forcing.recipe")):
        for row in schedules:
            recipe = t("teacher_forcing.recipe_row", decay=t(f"teacher_forcing.decay_{decay_of(row)}"))
            st.markdown(f"{recipe} {as_code(' '.join([found['recipe'], row['options']]).strip())}")


def accuracy_name(row: dict[str, Any], feed: str) -> str:
    """Name a line: which schedule, and what was read."""
    decay = t(f"teacher_forcing.decay_{decay_of(row)}")
    return t("teacher_forcing.accuracy_series", decay=decay, feed=t(f"teacher_forcing.short_{feed}"))


def by_place(row: dict[str, Any], what: str) -> tuple[list[float], list[float | None]]:
    """Return means and spreads of what was counted at each place."""
    places = row["places"][what]
    return [place["mean"] for place in places], [place["spread"] for place in places]


def draw(series: dict[str, tuple[list[float], list[float | None]]], x_title: str, y_title: str) -> None:
    """Draw lines with spread over the places."""
    length = len(next(iter(series.values()))[0])
    st.plotly_chart(spread_lines(range(1, length + 1), series, x_title, y_title), config={"displayModeBar": False})
