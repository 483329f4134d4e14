"""The formula of each view of the Masks page, with the numbers on screen."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.analysis.attention.row import AttentionRow, attention_row
from core.evaluation.evidence import read_evidence
from core.figures.formulas import NORMALIZER_FORMULAS, softmax_fraction
from core.run import models, runs
from core.run.tokens import name_in
from core.vocab import PAD
from pages.masks.blind import blind_place
from pages.masks.choices import MasksChoices
from pages.masks.hand_mask import drawing
from pages.masks.leak import place_of
from pages.masks.padding import most_behind
from pages.shared.state import AppState
from pages.shared.text import as_code, t, table

MOST_POSITIONS = 6
MASKED_SOFTMAX = r"\alpha_{ij}=\frac{m_{ij}\exp(e_{ij})}{\sum_{j'}m_{ij'}\exp(e_{ij'})}"


def formula(current: AppState) -> None:
    """Write the formula of the view that is shown."""
    {"draw": of_drawing, "causal": of_leak, "padding": of_padding, "nothing": of_nothing}[
        current.chosen(MasksChoices).show
    ](current)


def of_drawing(current: AppState) -> None:
    """Write the largest weight of the chosen row without the drawn mask, and what became of it."""
    spec, model = current.shown, models.model(current.shown.model)
    found = drawing(spec, current.view, current.chosen(MasksChoices).drawn)
    view = found.view
    row = min(found.row, len(found.plain_rows.queries) - 1)
    before, after = (
        attention_row(model, trace, view.attention, view.layer, view.head, row) for trace in (found.plain, found.masked)
    )
    best = int(before.weights.argmax())
    normalizer = model.config.normalizer
    general = MASKED_SOFTMAX if normalizer == "softmax" else NORMALIZER_FORMULAS[normalizer]
    st.latex(rf"{general}\qquad m_{{ij}}\in\{{0,1\}}")
    name = rf"\alpha_{{{row + 1},{best + 1}}}"
    st.latex(rf"\text{{{t('math.without')}}}{name}={fraction(before, best, normalizer)}")
    if best < len(after.weights):
        st.latex(rf"\text{{{t('math.with')}}}{name}={fraction(after, best, normalizer)}")
    st.caption(t("masks.formula_draw", row=row + 1, key=best + 1))


def fraction(row: AttentionRow, key: int, normalizer: str) -> str:
    """Write a weight as the fraction that it is, where the normaliser is a softmax."""
    weight = f"{float(row.weights[key]):.4f}"
    if not bool(row.allowed[key]):
        return r"0\quad(m=0)"
    if normalizer != "softmax":
        return weight
    return softmax_fraction(float(row.scores[key]), row.scores[row.allowed].tolist(), float(row.weights[key]))


def of_leak(current: AppState) -> None:
    """Write the causal mask, and which token each position has to predict: the one that the next reads."""
    spec, choices = current.shown, current.chosen(MasksChoices)
    vocab, trace = models.catalogue()[spec.model].target_vocab, runs.trace(spec)
    read = trace.read().tolist()
    if len(read) < 2:
        st.text(t("masks.leak_nothing"))
        return
    place = place_of(choices, len(read))
    st.latex(
        rf"m_{{ij}}=[\,j\le i\,]\qquad i<{place + 1}:\;m_{{i,{place + 1}}}=0"
        rf"\;\Rightarrow\;\text{{logits}}_i\text{{{t('math.no_effect')}}}y_{{{place}}}"
    )
    first = max(0, min(place - MOST_POSITIONS // 2, len(read) - MOST_POSITIONS))
    rows = []
    for position in range(first, min(first + MOST_POSITIONS, len(read) - 1)):
        reads, label = (as_code(name_in(vocab, read[position + more])) for more in (0, 1))
        rows.append([str(position + 1), reads, label, t("masks.label_where", place=position + 2)])
    st.markdown(table([t(f"masks.label_{name}") for name in ("position", "reads", "label", "found")], rows))
    st.caption(t("masks.formula_causal"))
    if (learned := without_mask()) is not None:
        st.caption(t("masks.formula_learned", fed=f"{learned['fed']:.0%}", free=f"{learned['free']:.0%}"))


def without_mask() -> dict[str, Any] | None:
    """Return what a model scores that was trained and run without the causal mask, if that was measured."""
    found = read_evidence("causal-mask")
    rows = () if found is None else found["rows"]
    return next((row for row in rows if row["trained"] == "without" and not row["causal"]), None)


def of_padding(current: AppState) -> None:
    """Write the padding mask, and how much of the chosen head's weight the PAD tokens take without it."""
    spec, count = current.shown, min(current.chosen(MasksChoices).behind, most_behind(current.shown))
    view = current.view if current.view.attention != "self" else replace(current.view, attention="cross")
    view = view.within(models.catalogue()[spec.model].config)
    trace = runs.trace(replace(spec, pads=count, padding=False))
    weights = trace.encoder_weights if view.attention == "encoder" else trace.cross_weights()
    pads = trace.source == PAD
    rows = ~pads if view.attention == "encoder" else slice(None)
    share = float(weights[view.layer, view.head][rows][:, pads].sum(-1).mean()) if count else 0.0
    st.latex(
        rf"m_{{ij}}=[\,x_j\ne\text{{PAD}}\,]\qquad j\le{int((~pads).sum())}:\;m=1\qquad "
        rf"j>{int((~pads).sum())}:\;m=0"
    )
    st.latex(rf"\text{{{t('math.without_it')}}}\sum_{{j\,:\,x_j=\text{{PAD}}}}\alpha_{{ij}}={share:.3f}")
    st.caption(
        t(
            "masks.formula_padding", n=count, attention=t(f"masks.attention_{view.attention}"), layer=view.layer + 1,
            head=view.head + 1,
        )
    )  # fmt: skip


def of_nothing(current: AppState) -> None:
    """Write what each way of masking divides by what."""
    shown = blind_place(current.shown, current.view)
    normalizer, keys = models.catalogue()[current.shown.model].config.normalizer, len(shown.found.scores)
    if normalizer != "softmax":
        st.latex(NORMALIZER_FORMULAS[normalizer])
        st.caption(t("masks.formula_no_softmax"))
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(rf"\text{{{t('math.zeros')}}}\alpha_{{ij}}=0,\quad o_i=\sum_j 0\cdot v_j=0")
        st.latex(r"-\infty:\;\alpha_{ij}=\frac{e^{-\infty}}{\sum_{j'} e^{-\infty}}=\frac{0}{0}=\text{NaN}")
    with right:
        large = r"e^{-10^9}"
        share = rf"\frac{{{large}}}{{{keys}\cdot {large}}}=\frac{{1}}{{{keys}}}={1 / keys:.4f}"
        st.latex(rf"-10^9:\;\alpha_{{ij}}={share}")
        st.latex(r"0\cdot\text{NaN}=\text{NaN}")
    st.caption(t("masks.formula_nothing"))
