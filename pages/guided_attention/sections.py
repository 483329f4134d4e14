"""Below the view of "Guided attention": the losses with this example's numbers, code, evidence, a question."""

import streamlit as st

from core.analysis.attention.diagonal import look, looks
from core.run.titles import title_of
from core.training.guided import (
    CrossWeights,
    diagonal_loss,
    diagonal_penalty,
    diagonal_share,
    guide_loss,
    monotonic_loss,
    row_centres,
)
from core.training.loss import supervised_terms
from pages.guided_attention.alignment import Alignment
from pages.guided_attention.choices import GuidedChoices
from pages.guided_attention.training import guiding_evidence
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import as_plain, t

RAN = {
    "penalty": (diagonal_penalty, diagonal_loss, row_centres, monotonic_loss, diagonal_share),
    "siblings": (diagonal_share, CrossWeights, guide_loss, supervised_terms),
    "training": (diagonal_share, look, looks),
    "live": (supervised_terms, guide_loss, look),
}


def guided_sections(current: AppState, found: Alignment | None) -> None:
    """Draw the section that is chosen; `found` is the alignment on screen, None where there is none."""
    choices = current.chosen(GuidedChoices)
    drawn = {
        "formula": lambda: formula(choices, found),
        "code": lambda: sections.code(*RAN[choices.show]),
        "measured": guiding_evidence,
        "question": lambda: sections.question("guided_attention_question"),
    }
    sections.sections(current, GuidedChoices, drawn)


def formula(choices: GuidedChoices, found: Alignment | None) -> None:
    """Write the guide's loss, and with an alignment on screen its numbers."""
    left, right = st.columns(2, gap="large")
    with left:
        diagonal_formula(choices, found)
    with right:
        monotonic_formula(found)
    if found is None:
        st.caption(t("guided.formula_none"))
        return
    title = as_plain(title_of(found.spec.model))
    words = {"model": title, "row": found.row + 1, "t": found.row, "layer": found.layer + 1, "head": found.head + 1}
    st.caption(t("guided.formula_caption", **words))


def diagonal_formula(choices: GuidedChoices, found: Alignment | None) -> None:
    """Write the diagonal's loss; the numbers are those of the cell of the chosen row that costs most."""
    st.latex(r"W_{ts}=1-\exp\left(-\frac{(s/S-t/T)^2}{2g^2}\right)")
    st.latex(r"L_{\text{diag}}=\frac{1}{TS}\sum_{t,s}W_{ts}\,A_{ts},\qquad L=L_{\text{CE}}+\lambda L_{\text{diag}}")
    if found is None:
        return
    width, (rows, columns) = choices.g, found.weights.shape
    penalty = found.penalty(width)
    worth = penalty * found.weights
    t_, s_ = found.row, int(worth[found.row].argmax())
    st.latex(
        rf"W_{{{t_},{s_}}}=1-\exp\left(-\frac{{({s_}/{columns}-{t_}/{rows})^2}}{{2\cdot {width:g}^2}}\right)"
        rf"={float(penalty[t_, s_]):.4f}"
    )
    st.latex(
        rf"W_{{{t_},{s_}}}A_{{{t_},{s_}}}={float(penalty[t_, s_]):.4f}\cdot{float(found.weights[t_, s_]):.4f}"
        rf"={float(worth[t_, s_]):.4f}"
    )
    st.latex(
        rf"L_{{\text{{diag}}}}=\frac{{{float(worth.sum()):.4f}}}{{{rows}\cdot{columns}}}"
        rf"={found.loss('diagonal', width):.4f}"
    )


def monotonic_formula(found: Alignment | None) -> None:
    """Write the left-to-right loss; the numbers are those of the row that goes back furthest."""
    st.latex(r"c_t=\sum_s A_{ts}\,\frac{s}{S}")
    st.latex(r"L_{\text{mono}}=\frac{1}{T-1}\sum_{t\geq 1}\max(0,\;c_{t-1}-c_t)")
    if found is None:
        return
    centres, back = found.centres(), found.back()
    row = int(back.argmax())
    if row > 0:
        st.latex(
            rf"\max(0,\;c_{{{row - 1}}}-c_{{{row}}})=\max(0,\;{float(centres[row - 1]):.4f}-{float(centres[row]):.4f})"
            rf"={float(back[row]):.4f}"
        )
    steps, loss = max(1, len(back) - 1), found.loss("monotonic", 0.2)
    st.latex(rf"L_{{\text{{mono}}}}=\frac{{{float(back.sum()):.4f}}}{{{steps}}}={loss:.4f}")
