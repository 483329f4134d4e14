"""When the diagonal forms, with and without a guide, and what it is worth: `core.experiments.guided_attention`."""

from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.figures.shares import reached_lines
from pages.guided_attention.choices import GuidedChoices
from pages.shared.state import AppState
from pages.shared.text import as_code, listed, minus, sentences, t, table
from pages.shared.widgets.controls import choice

COLUMNS = ("until", "end", "best", "exact", "per")


def training_view(current: AppState) -> None:
    """Draw the choice of a task, its curves and its rows of the table."""
    found = read_evidence("guided-attention")
    if found is None:
        st.text(t("guided.no_evidence"))
        return
    st.caption(t("guided.explained"))
    choice(current, GuidedChoices, "task")
    task = current.chosen(GuidedChoices).task
    rows = [row for row in found["rows"] if row["task"] == task]
    st.markdown(f"**{verdict(rows)}**")
    head = [t("guided.column_guide"), *(t(f"guided.column_{name}") for name in COLUMNS)]
    st.markdown(table(head, [[t(f"guided.guide_{row['guide']}"), *cells(row)] for row in rows]))
    left, right = st.columns([3, 1], gap="large")
    with left:
        st.plotly_chart(curves(rows, found["reached"]), config={"displayModeBar": False})
    with right:
        st.caption(t("guided.curves_caption", even=f"{rows[0]['even']:.0%}", examples=rows[0]["examples"]))


def curves(rows: list[dict[str, Any]], reached: float) -> Any:
    """Return the figure: a line a guide, mean over the seeds, with a band from the lowest to the highest."""
    series = {
        t(f"guided.guide_{row['guide']}"): [(min(at["each"]), at["mean"], max(at["each"])) for at in row["share"]]
        for row in rows
    }
    return reached_lines(rows[0]["steps"], series, (reached, rows[0]["even"]), t("guided.axis_steps"), t("guided.axis"))


def until(row: dict[str, Any]) -> str:
    """Write after how many steps the share was reached, seed by seed."""
    return listed(t("guided.never") if step is None else f"{step}" for step in row["until"])


def percent(found: dict[str, Any]) -> str:
    """Write a mean with its spread over the seeds, in percent."""
    spread = "" if found["spread"] is None else f" ± {100 * found['spread']:.1f}"
    return f"{100 * found['mean']:.1f}{spread} %"


def cells(row: dict[str, Any]) -> list[str]:
    """Write a row's numbers in the order of the columns."""
    return [until(row), *(percent(row[name]) for name in COLUMNS[1:])]


def verdict(rows: list[dict[str, Any]]) -> str:
    """Say whether the diagonal came sooner, and whether fewer or more tokens are wrong, beyond the seeds' spread."""
    by_guide = {row["guide"]: row for row in rows}
    plain, guided = by_guide["none"], by_guide["diagonal"]
    gain = guided["per"]["mean"] - plain["per"]["mean"]
    clear = abs(gain) > (guided["per"]["spread"] or 0) + (plain["per"]["spread"] or 0)
    cost = t(f"guided.{'same_errors' if not clear else 'fewer_errors' if gain < 0 else 'more_errors'}",
             points=minus(f"{100 * gain:+.1f}"))  # fmt: skip
    return sentences(sooner(plain, guided), cost)


def sooner(plain: dict[str, Any], guided: dict[str, Any]) -> str:
    """Say when the diagonal formed with the guide, and when without."""

    def when_formed(row: dict[str, Any]) -> str:
        steps = row["until"]
        if all(step is None for step in steps):
            return t("guided.formed_never", steps=row["steps"][-1])
        reached = [step for step in steps if step is not None]
        least, most = min(reached), max(reached)
        when = t("guided.after", least=least) if least == most else t("guided.between", least=least, most=most)
        if len(reached) == len(steps):
            return when
        return t("guided.formed_some", seeds=len(reached), all=len(steps), when=when)

    return t("guided.sooner", guided=when_formed(guided), plain=when_formed(plain))


def guiding_evidence() -> None:
    """Draw the whole table, with the rule, the recipe and the command."""
    found = read_evidence("guided-attention")
    if found is None:
        st.text(t("guided.no_evidence"))
        return
    head = [t("guided.column_task"), t("guided.column_guide"), *(t(f"guided.column_{name}") for name in COLUMNS)]
    rows = [[t(f"guided.task_{row['task']}"), t(f"guided.guide_{row['guide']}"), *cells(row)] for row in found["rows"]]
    st.markdown(table(head, rows))
    st.caption(t("guided.evidence_caption", command=found["command"], rule=t("guided.rule")))
    recipe = " · ".join(f"{name} {value}" for name, value in found["recipe"].items() if name != "layers")
    st.markdown(t("guided.recipe", recipe=as_code(recipe)))
