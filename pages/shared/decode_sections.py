"""Below the decode view: the numbers of this step, the code that ran, what the parts are worth, a question."""

import inspect
import math
from typing import NamedTuple

import streamlit as st

from core import attention as attention_code
from core.analysis.attention_row import attention_row
from core.config import ModelConfig
from core.figures.bars import share_bars
from pages.shared import models, runs
from pages.shared.runs import RunSpec
from pages.shared.state import View
from pages.shared.text import prose, t
from pages.shared.tokens import visible

MOST_KEYS = 6
SCORE_FORMULAS = {
    "scaled_dot": r"e_{ij}=\frac{q_i\cdot k_j}{\sqrt{d}}",
    "dot": r"e_{ij}=q_i\cdot k_j",
    "additive": r"e_{ij}=v^\top\tanh(q_i+k_j)",
}
NORMALIZER_FORMULAS = {
    "softmax": r"\alpha_{ij}=\frac{\exp(e_{ij})}{\sum_{j'}\exp(e_{ij'})}",
    "relu": r"\alpha_{ij}=\frac{\max(0,e_{ij})}{\sum_{j'}\max(0,e_{ij'})}",
    "sigmoid": r"\alpha_{ij}=\sigma(e_{ij}-\log n)",
}


class Key(NamedTuple):
    """One key of a row: how it looks on screen, its score and its weight."""

    name: str
    score: float
    weight: float


def sections(spec: RunSpec, view: View) -> None:
    """Draw the one of the four sections that is chosen."""
    drawn = {"numbers": numbers, "code": code, "evidence": evidence, "question": question}
    chosen = st.segmented_control(
        t("section.choose"), list(drawn), default="numbers", format_func=lambda name: t(f"section.{name}"),
        key="section", label_visibility="collapsed",
    )  # fmt: skip
    if chosen:
        drawn[chosen](spec, view)


def numbers(spec: RunSpec, view: View) -> None:
    """Show the formula of the chosen head with the numbers of its current row."""
    trace, config = runs.trace(spec), models.catalogue()[spec.model].config
    view = view.within(config)
    row = min(view.row, len(trace.source) - 1) if view.attention == "encoder" else min(view.step, len(trace.steps)) - 1
    if row < 0:
        st.text(t("section.no_step"))
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
            st.latex(worked(config, largest[0], allowed))
        st.caption(t("section.numbers_caption", shown=len(largest), all=len(allowed), d=config.d_head))
    with right:
        st.markdown(key_table(largest))


def worked(config: ModelConfig, key: Key, allowed: list[Key]) -> str:
    """Write a weight as the fraction that it is, where the normaliser is a softmax."""
    if config.normalizer != "softmax":
        return rf"\alpha = {key.weight:.4f} \quad (e = {key.score:.3f})"
    total = sum(math.exp(other.score) for other in allowed)
    return rf"\alpha = \frac{{e^{{{key.score:.3f}}}}}{{{total:.3f}}} = {key.weight:.4f}"


def key_names(spec: RunSpec, view: View, count: int) -> list[str]:
    """Return how the keys of the chosen attention look on screen."""
    if view.attention == "self":
        vocab = models.catalogue()[spec.model].target_vocab
        return [visible(vocab.name(step.read)) for step in runs.trace(spec).steps[:count]]
    return [visible(token) for token in runs.source_tokens(spec)]


def key_table(keys: list[Key]) -> str:
    """Write keys as a Markdown table; their names are shown as code, so that nothing typed is read as Markdown."""
    head = f"| {t('column.key')} | {t('column.score')} | {t('column.weight')} |"
    rows = [f"| {as_code(key.name)} | {key.score:.3f} | {key.weight:.4f} |" for key in keys]
    return "\n".join([head, "|---|--:|--:|", *rows])


def as_code(text: str) -> str:
    """Return typed text as a Markdown code span that it cannot leave."""
    return "`` " + text.replace("`", "ˋ").replace("|", "∣") + " ``"


def code(spec: RunSpec, view: View) -> None:
    """Show the source of the functions that computed the weights on screen."""
    config = models.catalogue()[spec.model].config
    score = attention_code.SCORES.get(config.score, attention_code.additive_score)
    ran = (attention_code.attend, score, attention_code.NORMALIZERS[config.normalizer])
    st.caption(t("section.code_caption", file="core/attention.py"))
    st.code("\n\n".join(inspect.getsource(function) for function in ran), language="python")


def evidence(spec: RunSpec, view: View) -> None:
    """Show what the switches cost this model on held-out examples, and what models trained without a part score."""
    mine = models.catalogue()[spec.model]
    others = {
        name: metadata
        for name, metadata in models.catalogue().items()
        if name != spec.model and metadata.task == mine.task and metadata.scores
    }
    if not mine.scores:
        st.text(t("section.no_scores", model=mine.title))
        return
    conditions = mine.scores["conditions"]
    labels = [t("evidence.condition", model=mine.title, condition=condition) for condition in conditions]
    labels += [t("evidence.trained_so", model=metadata.title) for metadata in others.values()]
    shares = [*conditions.values(), *(metadata.scores["conditions"]["as trained"] for metadata in others.values())]
    kinds = [False] * len(conditions) + [True] * len(others)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(share_bars(labels, shares, kinds), config={"displayModeBar": False})
    with right:
        st.markdown(t("evidence.explained", examples=f"{mine.scores['examples']:,}", command=mine.scores["command"]))


def question(spec: RunSpec, view: View) -> None:
    """Ask something that the view can answer."""
    asked, answer = prose(f"decode_question_{spec.task.name}").split("---\n", 1)
    st.markdown(asked)
    with st.expander(t("section.answer")):
        st.markdown(answer)
