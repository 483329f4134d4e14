"""Below the view: formulas with these numbers, a measurement here and now, evidence, code, a question."""

from typing import Any

import pandas as pd
import streamlit as st

from core.decoding import hidden_count, refinement
from core.decoding.parallel import ParallelEncoding
from core.evaluation.evidence import read_evidence
from core.evaluation.mistakes import KINDS
from core.figures.formulas import scientific
from core.figures.lines import share_lines
from core.run import models
from core.run.notebook import notebook_lines
from core.run.titles import title_of
from core.trace import Trace
from pages.non_autoregressive.choices import AllAtOnceChoices
from pages.non_autoregressive.controls import evidence_of
from pages.non_autoregressive.measure import measure_section
from pages.non_autoregressive.writing import Pair, Written
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import t

MOST_FACTORS = 4
FEWEST_EXAMPLES = 20
PLAIN = {"displayModeBar": False}


def non_autoregressive_sections(current: AppState, pair: Pair, written: Written, beside: Trace | None) -> None:
    """Draw the one of the sections that is chosen."""
    drawn = {
        "formula": lambda: formula(current, written, beside),
        "measure": lambda: measure_section(current, pair),
        "all_at_once_evidence": lambda: evidence(pair),
        "code": lambda: sections.code(
            ParallelEncoding.look,
            refinement.drafts,
            refinement.least_sure,
            refinement.hidden_count,
            notebook=notebook_lines(current.shown),
        ),
        "question": lambda: sections.question("non_autoregressive_question"),
    }
    sections.sections(current, AllAtOnceChoices, drawn)


def formula(current: AppState, written: Written, beside: Trace | None) -> None:
    """Write both factorisations and the number of hidden positions with this example's numbers."""
    left, right = st.columns(2, gap="large")
    first, passes = written.steps[0], current.chosen(AllAtOnceChoices).passes
    with left:
        length = "" if written.lengths is None else r"P(N\mid x)\,"
        probabilities = first.sureness.exp().tolist()
        if written.lengths is not None:
            probabilities.insert(0, float(written.lengths[written.length]))
        st.latex(broken(rf"P(y\mid x)&={length}\prod_{{t=1}}^{{N}}P(y_t\mid x)", product(probabilities)))
        st.caption(t("non_autoregressive.formula_one_pass"))
        if beside is not None:
            ran = [step.probability for step in beside.steps]
            st.latex(broken(r"P(y\mid x)&=\prod_{t=1}^{N+1}P(y_t\mid y_{<t},x)", product(ran)))
            st.caption(t("non_autoregressive.formula_steps"))
    with right:
        counts = r",\ ".join(str(hidden_count(written.length, index, passes)) for index in range(passes))
        st.latex(
            rf"n_t=\left\lfloor\frac{{N\,(T-t)}}{{T}}\right\rfloor,\quad N={written.length},\ T={passes}:\quad "
            rf"{counts}"
        )
        st.caption(t("non_autoregressive.formula_hidden"))


def broken(formula: str, numbers: str) -> str:
    """Write a formula, and below it the same with numbers; & stands before its sign."""
    return rf"\begin{{aligned}}{formula}\\&={numbers}\end{{aligned}}"


def product(factors: list[float]) -> str:
    """Write a product of probabilities, its first factors and what comes out."""
    shown = r" \cdot ".join(f"{factor:.3f}" for factor in factors[:MOST_FACTORS])
    dots = r" \cdots" if len(factors) > MOST_FACTORS else ""
    total = 1.0
    for factor in factors:
        total *= factor
    return rf"{shown}{dots}={scientific(total)}"


def evidence(pair: Pair) -> None:
    """Show what the command measured on the whole test set, and the benchmark's times."""
    found, times = evidence_of(pair.writer), read_evidence("all-at-once-time")
    if found is None:
        st.text(t("non_autoregressive.not_measured", model=title_of(pair.writer)))
    else:
        stored_evidence(pair, found)
    if times is not None:
        table, text_place = st.columns([3, 2], gap="medium")
        table.dataframe(time_table(times["rows"]), hide_index=True)
        text_place.caption(t("non_autoregressive.time_explained", command=times["command"], rounds=times["rounds"]))


def stored_evidence(pair: Pair, found: dict[str, Any]) -> None:
    """Show how each way to write does, with its mistakes by kind, and by the length of the source."""
    st.dataframe(
        pd.DataFrame([evidence_row(found, row) for row in (*found["rows"], found["beside"])]), hide_index=True,
        column_config={t("column.exact"): st.column_config.NumberColumn(format="percent")},
    )  # fmt: skip
    chart, text_place = st.columns([3, 2], gap="medium")
    with chart:
        st.plotly_chart(length_chart(found), config=PLAIN)
    with text_place:
        st.markdown(t("non_autoregressive.kinds_explained"))
        st.caption(
            t("non_autoregressive.evidence_explained", examples=f"{found['examples']:,}", command=found["command"],
              mine=f"{found['parameters']:,}", theirs=f"{found['partner_parameters']:,}",
              steps=steps_of(pair.writer), their_steps=steps_of(found["partner"]),
              length=f"{found['length_right']:.2%}")
        )  # fmt: skip


def steps_of(model: str) -> str:
    """Return how many steps a model was trained for, a dash for one that is not here."""
    about = models.catalogue().get(model)
    return f"{about.training['steps']:,}" if about and "steps" in about.training else "–"


def evidence_row(found: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the table of ways to write."""
    passes = row.get("passes")
    if passes is None:
        about = models.catalogue().get(found["partner"])
        name = t("non_autoregressive.way_steps", model=title_of(found["partner"]) if about else found["partner"])
    else:
        name = name_of(passes)
    kinds = {t(f"kind.{kind}"): row["kinds"][kind] for kind in KINDS}
    return {
        t("column.way"): name, t("column.exact"): row["exact"], t("column.passes"): round(row["mean_passes"], 2),
        t("column.mistakes"): row["mistakes"], **kinds,
    }  # fmt: skip


def name_of(passes: int) -> str:
    """Return what writing in so many passes is called."""
    return t("non_autoregressive.way_one_pass") if passes == 1 else t("non_autoregressive.way_refined", passes=passes)


def length_chart(found: dict[str, Any]) -> Any:
    """Return the shares of right outputs by the length of the source."""
    rows = [row for row in found["by_length"] if row["examples"] >= FEWEST_EXAMPLES]
    names = {str(passes): name_of(passes) for passes in (1, 10)}
    names["beside"] = t("non_autoregressive.way_beside")
    series = {name: [row[key] for row in rows] for key, name in names.items()}
    return share_lines([row["length"] for row in rows], series, t("non_autoregressive.source_length"), height=230)


def time_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the benchmark's table: how many times faster than step by step, a column for each length."""
    ways = [t("column.steps_ms"), *(name_of(int(passes)) for passes in rows[0]["ratio"])]
    columns = {
        t("column.tokens", count=row["length"]): [
            f"{row['milliseconds']['step by step']:.2f} ms",
            *(f"{middle:.2f} × ({low:.2f} – {high:.2f})" for low, middle, high in row["ratio"].values()),
        ]
        for row in rows
    }
    return pd.DataFrame({t("column.way"): ways} | columns)
