"""Below the board of "Self-attention by hand": formula with numbers, the code that ran, an analogy, a question."""

from collections.abc import Callable

import streamlit as st

from core import attention as attention_code
from core.figures.formulas import NORMALIZER_FORMULAS, SCORE_FORMULAS
from core.figures.walk_formulas import MOST_SHOWN, score_formula, vector, weights_formula
from core.walk.walk import Walk
from pages.self_attention.choices import HandChoices
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import prose, sentences, t


def hand_sections(
    current: AppState,
    walk: Walk,
    place: int,
    ours: tuple[Callable, ...],
    lines: dict[str, str],
    of_memory: bool = False,
) -> None:
    """Draw the chosen section for a walk; `place` is the query's row, `ours` is what ran before the core's own.

    `lines` do the same in a notebook, or in torch, as `sections.code` takes them.

    `of_memory` tells whether keys and values are made of the encoder's output, and not of what the queries are made of.
    """
    method = walk.method
    score = attention_code.SCORES.get(method.score, attention_code.additive_score)
    ran = (*ours, attention_code.attend, score, attention_code.NORMALIZERS[method.normalizer])
    drawn = {
        "formula": lambda: formula(walk, place, of_memory),
        "notation": lambda: st.markdown(prose("hand_notation")),
        "code": lambda: sections.code(*ran, **lines),
        "analogy": lambda: st.markdown(prose("hand_analogy")),
        "question": lambda: sections.question("hand_question"),
    }
    sections.sections(current, HandChoices, drawn)


def formula(walk: Walk, place: int, of_memory: bool) -> None:
    """Write the walk of one query as formulas with its numbers; tokens are named by their rows."""
    found, row, method = walk.found, walk.row, walk.method
    best, has_weight = int(found.weights[row].argmax()), bool(found.weights[row].any())
    i, j = place + 1, best + 1
    # What the score's two matrices make of q and k; a model's are part of its projections, where nothing is edited.
    is_edited = method.score == "additive" and bool(walk.made)
    score = r"e_{ij}=v^\top\tanh(q_iW^a+k_jW^b)" if is_edited else SCORE_FORMULAS[method.score]
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(f"{score} \\qquad {NORMALIZER_FORMULAS[method.normalizer]}")
        st.latex(rf"q_{{{i}}}=x_{{{i}}}W^q={vector(found.query[row])}")
        st.latex(rf"k_{{{j}}}={'h' if of_memory else 'x'}_{{{j}}}W^k={vector(found.key[best])}")
        if is_edited:
            st.latex(rf"q_{{{i}}}W^a={vector(found.compared_query[row])}")
            st.latex(rf"k_{{{j}}}W^b={vector(found.compared_key[best])}")
    with right:
        st.latex(score_formula(walk, i, best))
        st.latex(weights_formula(walk, i, best))
        st.latex(rf"o_{{{i}}}=\sum_j\alpha_{{{i}j}}v_j={vector(found.outputs[row])}")
    caption = t("hand.formula_caption" if has_weight else "hand.formula_caption_none", row=i, key=j)
    st.caption(sentences(caption, t("hand.formula_memory") if of_memory else ""))
    width = found.query.shape[1]
    if method.score == "additive":
        st.caption(t("hand.formula_additive" if is_edited else "hand.formula_additive_model", d=width))
    if width > MOST_SHOWN:
        st.caption(t("hand.formula_left_out", d=width))
