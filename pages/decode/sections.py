"""Below the decode view: this step's numbers and its cache, the code that ran, what the parts are worth, a question."""

from typing import NamedTuple

import streamlit as st

from core import attention as attention_code
from core.analysis.attention.row import attention_row
from core.config import ModelConfig
from core.figures.bars import share_bars
from core.figures.formulas import NORMALIZER_FORMULAS, SCORE_FORMULAS, softmax_fraction
from core.run import models, runs
from core.run.notebook import notebook_lines
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import name_in
from core.run.view import View
from pages.decode.alternatives import alternatives
from pages.decode.cache import cache_section
from pages.decode.choices import DecodeChoices
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import as_code, called, t, table

MOST_KEYS = 6
TASKS_WITH_TEXTS = ("dates", "spelling")


def task_with_texts(task: str) -> str:
    """Return a task that has texts of its own, or what stands for all others."""
    return task if task in TASKS_WITH_TEXTS else "other"


class Key(NamedTuple):
    """One key of a row: how it looks on screen, its score and its weight."""

    name: str
    score: float
    weight: float


def decode_sections(current: AppState) -> None:
    """Draw the one of the sections that is chosen."""
    spec, view = current.shown, current.view
    drawn = {
        "numbers": lambda: numbers(spec, view),
        "cache": lambda: cache_section(current, spec, view),
        "code": lambda: code(spec),
        "alternatives": lambda: alternatives(spec),
        "evidence": lambda: evidence(spec),
        "question": lambda: sections.question(f"decode_question_{task_with_texts(spec.task.name)}"),
    }
    sections.sections(current, DecodeChoices, drawn)


def numbers(spec: RunSpec, view: View) -> None:
    """Show the formula of the chosen head with the numbers of its current row."""
    trace, config = runs.trace(spec), models.catalogue()[spec.model].config
    view = view.within(config)
    row = min(view.row, len(trace.source) - 1) if view.attention == "encoder" else min(view.step, len(trace.steps)) - 1
    if row < 0:
        st.text(t("section.no_step" if config.autoregressive else "section.no_position"))
        return
    found = attention_row(models.model(spec.model), trace, view.attention, view.layer, view.head, row)
    named = zip(key_names(spec, view, len(found.weights)), found.scores.tolist(), found.weights.tolist(), strict=True)
    keys = [Key(f"{name} ({place})", score, weight) for place, (name, score, weight) in enumerate(named, start=1)]
    allowed = [key for key, may in zip(keys, found.allowed.tolist(), strict=True) if may]
    largest = sorted(allowed, key=lambda key: -key.weight)[:MOST_KEYS]
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.latex(f"{SCORE_FORMULAS[config.score]} \\qquad {NORMALIZER_FORMULAS[config.normalizer]}")
        if largest:
            st.latex(weight_formula(config, largest[0], allowed))
        st.caption(t("section.numbers_caption", shown=len(largest), all=len(allowed), d=config.d_head))
    with right:
        st.markdown(key_table(largest))


def weight_formula(config: ModelConfig, key: Key, allowed: list[Key]) -> str:
    """Write a weight as the fraction that it is, where the normaliser is a softmax."""
    if config.normalizer != "softmax":
        return rf"\alpha = {key.weight:.4f} \quad (e = {key.score:.3f})"
    return rf"\alpha = {softmax_fraction(key.score, [other.score for other in allowed], key.weight)}"


def key_names(spec: RunSpec, view: View, count: int) -> list[str]:
    """Return how the keys of the chosen attention look on screen."""
    if view.attention == "self":
        vocab = models.catalogue()[spec.model].target_vocab
        return [name_in(vocab, number) for number in runs.trace(spec).read()[:count].tolist()]
    return runs.source_names(spec)


def key_table(keys: list[Key]) -> str:
    """Write keys as a Markdown table; their names are shown as code, so that nothing typed is read as Markdown."""
    rows = [[as_code(key.name), f"{key.score:.3f}", f"{key.weight:.4f}"] for key in keys]
    return table([t("column.key"), t("column.score"), t("column.weight")], rows)


def code(spec: RunSpec) -> None:
    """Show the source of the functions that computed the weights on screen."""
    config = models.catalogue()[spec.model].config
    score = attention_code.SCORES.get(config.score, attention_code.additive_score)
    sections.code(
        attention_code.attend, score, attention_code.NORMALIZERS[config.normalizer], notebook=notebook_lines(spec)
    )


def evidence(spec: RunSpec) -> None:
    """Show what the switches cost this model on held-out examples, and what models trained without a part score."""
    mine = models.catalogue()[spec.model]
    others = {name: metadata for name, metadata in models.siblings(spec.model).items() if metadata.scores}
    if not mine.scores:
        st.text(t("section.no_scores", model=title_of(spec.model)))
        return
    conditions = mine.scores["conditions"]
    labels = [
        t("evidence.condition", model=title_of(spec.model), condition=called("condition", each, each))
        for each in conditions
    ]
    labels += [t("evidence.trained_so", model=title_of(name)) for name in others]
    shares = [*conditions.values(), *(metadata.scores["conditions"]["as trained"] for metadata in others.values())]
    kinds = [False] * len(conditions) + [True] * len(others)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(share_bars(labels, shares, kinds), config={"displayModeBar": False})
    with right:
        measured = {"examples": f"{mine.scores['examples']:,}", "command": mine.scores["command"]}
        st.markdown(t(f"evidence.explained_{task_with_texts(mine.task)}", **measured))
