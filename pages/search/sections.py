"""Below the searches: a score as the sum that it is, the code that ran, what width is worth, a question."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from core.decoding import Hypothesis, beam, draws, sampling
from core.evaluation.beam_widths import BATCH, GREEDY, search_widths, width_table
from core.evaluation.evidence import read_evidence
from core.figures.formulas import scientific
from core.figures.lines import share_lines
from core.run import models
from core.run.notebook import notebook_lines
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import name_in
from core.tasks import Example
from pages.search.choices import SearchChoices
from pages.search.searches import Search, plain, search
from pages.shared import jobs, sections
from pages.shared.state import AppState
from pages.shared.text import t

MEASURED_HERE = 5 * BATCH
MOST_TERMS = 6


def search_sections(current: AppState) -> None:
    """Draw the one of the four sections that is chosen."""
    spec = current.shown
    drawn = {
        "formula": lambda: formula(spec, current.chosen(SearchChoices)),
        "code": lambda: sections.code(
            beam.Beam.extend, beam.best_extensions, beam.Hypothesis.score, beam.rank, beam.is_over, draws.draw_many,
            sampling.temperature, sampling.top_k, sampling.top_p,
            notebook=notebook(spec, current.chosen(SearchChoices)),
        ),
        "widths": lambda: widths(current, spec),
        "question": lambda: sections.question("search_question"),
    }  # fmt: skip
    sections.sections(current, SearchChoices, drawn)


def notebook(spec: RunSpec, choices: SearchChoices) -> str:
    """Return the lines that search and sample as shown; the front door does so with all masks, and without padding."""
    most = f", most={choices.top_k}" if choices.top_k else ""
    sample = f"degree={choices.temperature}{most}, share={choices.top_p}, seed={choices.seed}"
    return notebook_lines(
        replace(plain(spec), pads=0, causal=True, padding=True, position=True),
        f"outputs = model.beam({spec.source!r}, width={choices.beam}, length_penalty={choices.penalty})",
        f"sample = model.sample({spec.source!r}, {sample})",
    )


def looked_at(found: Search, choices: SearchChoices) -> Hypothesis:
    """Return the hypothesis looked at; where the choice is left to the page, or nothing is written, the best."""
    asked = found.known.get(choices.node - 1)
    return found.best if asked is None or asked.parent is None else asked


def formula(spec: RunSpec, choices: SearchChoices) -> None:
    """Write the score of the hypothesis looked at: its log-probabilities, their sum, the length penalty."""
    found = search(plain(spec), choices.beam, choices.penalty)
    hypothesis = looked_at(found, choices)
    vocab = models.catalogue()[spec.model].target_vocab
    path = found.path(hypothesis)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.latex(r"s(y)=\frac{\sum_{t=1}^{T}\log p(y_t\mid y_{<t},x)}{\left(\frac{5+T}{6}\right)^{\alpha}}")
        st.latex(score_line(hypothesis, choices.penalty))
        st.caption(t("search.formula_caption"))
    with right:
        st.latex(sum_line(path))
        st.latex(rf"p={scientific(math.exp(path[-1].total))}")
        st.text(t("search.formula_tokens", tokens="  ".join(name_in(vocab, each.token) for each in path)))


def sum_line(path: Sequence[Hypothesis]) -> str:
    """Write a total as the sum of the log-probabilities along a path; long ones leave out the middle."""
    numbers = [f"{each.log_prob:.3f}" for each in path]
    if len(numbers) > MOST_TERMS:
        numbers = [*numbers[: MOST_TERMS - 2], r"\dots", numbers[-1]]
    terms = "".join(each if each.startswith("-") or i == 0 else f"+{each}" for i, each in enumerate(numbers))
    return rf"\sum_t\log p={terms}={path[-1].total:.4f}"


def score_line(hypothesis: Hypothesis, penalty: float) -> str:
    """Write the score of a hypothesis with its numbers."""
    divisor = rf"\left(\frac{{5+{hypothesis.length}}}{{6}}\right)^{{{penalty:g}}}"
    return rf"s=\frac{{{hypothesis.total:.4f}}}{{{divisor}}}={hypothesis.score(penalty):.4f}"


def widths(current: AppState, spec: RunSpec) -> None:
    """Show what a wider beam is worth and what it costs, as the command measured it, and measure it here if asked."""
    found, mine = read_evidence(f"beam-widths-{spec.model}"), models.catalogue()[spec.model]
    if found is None:
        st.text(t("search.not_measured", model=title_of(spec.model)))
    else:
        measured = {"examples": f"{found['examples']:,}", "command": found["command"]}
        st.markdown(t("search.measured", split=t(f"search.split_{found['split']}"), **measured))
        curve(found["table"])
        counts = {kind: f"{count:,}" for kind, count in found["counts"].items()}
        st.caption(t("search.counts", **counts))
    asked = held_out(spec.model)
    jobs.panel(
        current, "measure_widths", key=(spec.model, len(asked)), total=math.ceil(len(asked) / BATCH),
        work=lambda: search_widths(models.model(spec.model), mine, spec.task, asked), draw=measured_here,
    )  # fmt: skip


def curve(rows: Sequence[dict[str, Any]]) -> None:
    """Draw accuracy against width, and the table with the times."""
    beams = [row for row in rows if row["width"] != GREEDY]
    left, right = st.columns([3, 2], gap="large")
    with left:
        shares = {t("search.exact"): [row["exact"] for row in beams]}
        figure = share_lines([row["width"] for row in beams], shares, t("search.width"), height=260, near=True)
        st.plotly_chart(figure, config={"displayModeBar": False}, key=f"widths-{len(rows)}-{rows[0]['exact']}")
    with right:
        ways = [t("search.greedy") if row["width"] == GREEDY else t("search.beam", width=row["width"]) for row in rows]
        columns = {t("search.way"): ways}
        columns |= {t(f"search.{name}"): [row[name] for row in rows] for name in ("exact", "time")}
        table = pd.DataFrame(columns)
        formats = {
            t("search.exact"): st.column_config.NumberColumn(format="percent"),
            t("search.time"): st.column_config.NumberColumn(format="%.2f×"),
        }
        st.dataframe(table, hide_index=True, column_config=formats)


def measured_here(batches: Sequence[Any]) -> None:
    """Draw what was measured in this process so far."""
    if batches:
        st.caption(t("search.measured_here", examples=sum(len(batch.answers) for batch in batches)))
        curve(width_table(batches))


@lru_cache(maxsize=16)
def held_out(model: str) -> tuple[Example, ...]:
    """Return held-out examples to measure on: drawn from the test set if its data is installed, else those shown."""
    task = models.task_of(model)
    try:
        examples = task.held_out("test")
    except ImportError:
        return task.examples()
    return tuple(random.Random(model).sample(examples, min(MEASURED_HERE, len(examples))))
