"""The numbers of the chosen head as formulas: the entropy of its row, its divergence from another head, its length."""

import math

import streamlit as st
from torch import Tensor

from core.analysis.attention.head_agreement import divergences
from core.analysis.attention.head_contributions import head_contributions
from core.analysis.attention.head_statistics import distributions
from core.run import models, runs
from core.run.rows import row_of
from core.run.runs import RunSpec
from core.run.view import View
from pages.heads.report import HeadReport
from pages.shared.text import t

MOST_TERMS = 4
TERMS_A_LINE = 2


def formula(spec: RunSpec, found: HeadReport, view: View) -> None:
    """Write the numbers of the row that is looked at."""
    row = row_of(view, len(found.rows.queries))
    mine = row_distribution(found, row, view.layer, view.head)
    named = {"row": found.rows.queries[row], "layer": view.layer + 1, "head": view.head + 1}
    if bool(mine.isnan().any()):
        st.text(t("heads.formula_nothing", **named))
        return
    st.text(t("heads.formula_of", **named))
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(entropy_formula(mine))
        if models.catalogue()[spec.model].config.normalizer != "softmax":
            total = float(found.rows.weights[view.layer, view.head, row][found.allowed[row]].sum())
            st.latex(rf"p_j=\frac{{\alpha_j}}{{\sum_{{j'}}\alpha_{{j'}}}},\qquad\sum_j\alpha_j={total:.3f}")
        st.latex(length_formula(spec, view, row))
        st.caption(t("heads.formula_caption"))
    with right:
        other = found.nearest(view.layer, view.head)
        if other is None:
            st.text(t("heads.formula_alone"))
            return
        theirs = row_distribution(found, row, *other)
        st.latex(r"D_\mathrm{JS}(p,q)=H\!\left(\tfrac{p+q}{2}\right)-\tfrac12H(p)-\tfrac12H(q)")
        if not bool(theirs.isnan().any()):
            st.latex(divergence_formula(found, row, (view.layer, view.head), other))
        of_all = found.divergence((view.layer, view.head), other)
        st.caption(t("heads.formula_other", layer=other[0] + 1, head=other[1] + 1, mean=f"{of_all:.3f}"))


def row_distribution(found: HeadReport, row: int, layer: int, head: int) -> Tensor:
    """Return one row of one head, divided by its sum; NaN if it attends to nothing. Shapes: → [K]"""
    weights = found.rows.weights[layer : layer + 1, head : head + 1, row : row + 1]
    return distributions(weights, found.allowed[row : row + 1])[0, 0, 0]


def entropy_of(row: Tensor) -> float:
    """Return the entropy of a distribution, in nats."""
    return sum(-p * math.log(p) for p in row.tolist() if 0 < p < 1)


def entropy_formula(row: Tensor) -> str:
    """Write the entropy of a row by its largest terms."""
    largest = sorted((p for p in row.tolist() if p > 0), reverse=True)
    terms = [rf"{p:.3f}\ln {p:.3f}" for p in largest[:MOST_TERMS]]
    lines = ["+".join(terms[start : start + TERMS_A_LINE]) for start in range(0, len(terms), TERMS_A_LINE)]
    lines[-1] += r"+\dots" if len(largest) > MOST_TERMS else ""
    written = r"\\&\quad+".join(lines)
    value = rf"{entropy_of(row):.3f}\text{{{t('math.nats')}}}"
    return rf"\begin{{aligned}}H(p)&=-\sum_j p_j\ln p_j\\&=-({written})\\&={value}\end{{aligned}}"


def divergence_formula(found: HeadReport, row: int, one: tuple[int, int], other: tuple[int, int]) -> str:
    """Write the divergence of two heads in one row, in bits."""
    p, q = (row_distribution(found, row, *head) for head in (one, other))
    pair = found.rows.weights[[one[0], other[0]], [one[1], other[1]], row][None, :, None]
    bits = float(divergences(pair, found.allowed[row : row + 1])[0, 1])
    entropies = (entropy_of((p + q) / 2), entropy_of(p), entropy_of(q))
    written = r"{:.3f}-\tfrac12\cdot{:.3f}-\tfrac12\cdot{:.3f}".format(*entropies)
    return rf"D_\mathrm{{JS}}=\frac{{{written}}}{{\ln 2}}={bits:.3f}\text{{{t('math.bits')}}}"


def length_formula(spec: RunSpec, view: View, row: int) -> str:
    """Write how long the head's term in this row of the attention's output is."""
    trace = runs.trace(spec)
    found = head_contributions(models.model(spec.model), trace, view.attention, view.layer)
    length, whole = float(found.norms[view.head, row]), float(found.output[row].norm())
    term = rf"\lVert o^{{{view.head + 1}}}W^O_{{{view.head + 1}}}\rVert={length:.3f}"
    return rf"{term}\quad(\text{{{t('math.output')}{t('text.colon')}}}{whole:.3f})"
