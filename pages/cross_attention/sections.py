"""Below the views of "Cross-attention": formulas with this run's numbers, the code that ran, evidence, a question."""

from collections.abc import Callable

import streamlit as st
import torch

from core import attention as attention_code
from core.analysis.attention import alignment, cross_costs, erasure, monotony, rollout, weight_gradients
from core.attention import MultiHeadAttention
from core.figures.formulas import NORMALIZER_FORMULAS, SCORE_FORMULAS, of_any_size
from core.figures.walk_formulas import number, score_formula, vector, weights_formula
from core.model import Transformer
from core.run import models
from core.run.notebook import notebook_lines, weights_line
from core.run.titles import title_of
from core.taps import OverwriteWeight
from core.training import guided
from core.walk.model import ModelWalk, model_walk
from pages.cross_attention.choices import CrossChoices, Place, alignments_of, gradients_of, place_of, rolled_out
from pages.cross_attention.evidence import evidence
from pages.cross_attention.explanation import Overwritten, overwritten
from pages.cross_attention.languages import languages_formula
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import as_plain, t

MOST_TERMS = 2


def cross_sections(current: AppState) -> None:
    """Draw the chosen section for the view that is shown."""
    show, place = current.chosen(CrossChoices).show, place_of(current)
    formulas: dict[str, Callable[[], None]] = {
        "step": lambda: step_formula(place, model_walk(place.spec, place.view)),
        "wirings": lambda: wirings_formula(place),
        "alignment": lambda: alignment_formula(place),
        "languages": lambda: languages_formula(place),
        "explanation": lambda: explanation_formula(overwritten(place, current.chosen(CrossChoices))),
    }
    drawn = {
        "formula": formulas[show],
        "code": lambda: sections.code(*ran(place, show), notebook=notebook(current, place)),
        "measured": lambda: evidence(current, place, show),
        "question": lambda: sections.question(f"cross_question_{show}"),
    }
    sections.sections(current, CrossChoices, drawn)


def notebook(current: AppState, place: Place) -> str:
    """Return the lines that do the run, with the weights overwritten where that is shown."""
    switches, choices = place.spec.switches, current.chosen(CrossChoices)
    if choices.show == "explanation":
        switches = overwritten(place, choices).after.switches
    return notebook_lines(place.spec, weights_line(place.view), switches=switches)


def ran(place: Place, show: str) -> tuple[Callable, ...]:
    """Return the functions that computed what a view shows."""
    config = place.spec.config
    score = attention_code.SCORES.get(config.score, attention_code.additive_score)
    attend = (attention_code.attend, score, attention_code.NORMALIZERS[config.normalizer])
    return {
        "step": (MultiHeadAttention.keys_values, MultiHeadAttention.mix, *attend, cross_costs.cross_costs),
        "wirings": (Transformer.wire, rollout.memory_shares),
        "alignment": (
            rollout.mixed_in, rollout.row_shares, rollout.rollout, weight_gradients.Nudge, alignment.argmax_links,
        ),
        "languages": (
            monotony.monotony, guided.diagonal_share, guided.row_centres, monotony.rank_correlation, monotony.ranks,
        ),
        "explanation": (OverwriteWeight, erasure.Erase, erasure.try_erasures, erasure.chosen_keys),
    }[show]  # fmt: skip


def step_formula(place: Place, walked: ModelWalk) -> None:
    """Write the walk of the chosen row as formulas: a query of the decoder, keys and values of the memory."""
    walk = walked.walk
    found, row, method = walk.found, walk.row, walk.method
    best = int(found.weights[row].argmax())
    i, j = place.row + 1, best + 1
    made = t("cross.tex_once") if place.spec.causal else t("cross.tex_step")
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(f"{SCORE_FORMULAS[method.score]} \\qquad {NORMALIZER_FORMULAS[method.normalizer]}")
        st.latex(rf"q_{{{i}}}=s_{{{i}}}W^Q={vector(found.query[row])}\quad\text{{{t('cross.tex_step')}}}")
        st.latex(rf"k_{{{j}}}=m_{{{j}}}W^K={vector(found.key[best])}\quad\text{{{made}}}")
        st.latex(rf"v_{{{j}}}=m_{{{j}}}W^V={vector(found.value[best])}\quad\text{{{made}}}")
    with right:
        st.latex(score_formula(walk, i, best))
        st.latex(weights_formula(walk, i, best))
        st.latex(rf"o_{{{i}}}=\sum_j\alpha_{{{i}j}}v_j={vector(found.outputs[row])}")
    st.caption(t("cross.formula_caption", row=i, key=j, d=found.query.shape[1]))


def wirings_formula(place: Place) -> None:
    """Write what each decoder layer of the loaded model reads, with its shares."""
    config = place.spec.config
    shares = rollout.memory_shares(models.model(place.spec.model))
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(rf"\text{{{t('cross.wiring_last')}:}}\quad m^{{(i)}}=h^{{(L)}}")
        st.latex(rf"\text{{{t('cross.wiring_layerwise')}:}}\quad m^{{(i)}}=h^{{(i)}}")
        mix = r"m^{(i)}=\sum_j\frac{\exp w_{ij}}{\sum_{j'}\exp w_{ij'}}\,h^{(j)}"
        st.latex(rf"\text{{{t('cross.wiring_mixed')}:}}\quad {mix}")
    with right:
        for layer, row in enumerate(shares, start=1):
            terms = [
                rf"{'' if share > 0.9995 else number(share)}\,h^{{({source})}}"
                for source, share in enumerate(row.tolist(), start=1)
                if share > 0
            ]
            st.latex(rf"m^{{({layer})}}={'+'.join(terms)}")
    wiring = t(f"cross.wiring_{config.wiring}")
    title = as_plain(title_of(place.spec.model))
    st.caption(t("cross.wirings_caption", model=title, wiring=wiring))


def alignment_formula(place: Place) -> None:
    """Write rollout and gradient × attention, with the numbers of the chosen row."""
    found, row = alignments_of(place), place.row
    rolled, links = rolled_out(place.spec), found.links
    gradients, key = gradients_of(place.spec), int(links["products"][row])
    i, j, r = row + 1, key + 1, int(links["rollout"][row]) + 1
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(r"A=\tfrac12\,\overline W+\tfrac12 I,\qquad E_l=A_l\,E_{l-1},\quad E_0=I")
        st.latex(r"X_i\leftarrow A_i\,X_{i-1},\qquad X_0=[\,0\mid I\,]")
        st.latex(r"X_i\leftarrow\tfrac12 X_i+\tfrac12[\,\overline C_i M_i\mid 0\,]")
        source, target = float(rolled.source[row].sum()), float(rolled.target[row].sum())
        largest = rf"\text{{{t('cross.tex_most')}}}\;{number(rolled.source[row].max())},\;j={r}"
        st.latex(rf"X_{{{i}}}:\;\text{{{t('cross.tex_source')}}}\;{number(source)}\;({largest})")
        st.latex(rf"X_{{{i}}}:\;\text{{{t('cross.tex_target')}}}\;{number(target)}")
    with right:
        st.latex(r"g_{ij}=\sum_h\alpha^h_{ij}\,\frac{\partial\log p(y_i)}{\partial\alpha^h_{ij}}")
        weights, slopes = gradients.weights[place.layer, :, row, key], gradients.gradients[place.layer, :, row, key]
        order = (weights * slopes).abs().argsort(descending=True).tolist()
        terms = "+".join(rf"{number(weights[head])}\cdot({short(slopes[head])})" for head in order[:MOST_TERMS])
        more = "" if len(order) <= MOST_TERMS else r"+\dots"
        st.latex(rf"g_{{{i},{j}}}={terms}{more}")
        st.latex(rf"g_{{{i},{j}}}={short(found.products[row, key])}")
    st.caption(t("cross.alignment_caption", row=i, layer=place.layer + 1))


def explanation_formula(found: Overwritten) -> None:
    """Write what overwriting does to the head's output, and to the probability of the token."""
    place = found.place
    walked = model_walk(place.spec, place.view)
    walk, key = walked.walk, found.key
    before = float(walk.found.weights[walk.row, key])
    touched = bool(found.heads[place.layer, place.head])
    after = found.value if touched else before
    moved = (after - before) * walk.found.value[key]
    i, j = place.row + 1, key + 1
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(r"o_i'=o_i+(\alpha_{ij}'-\alpha_{ij})\,v_j")
        st.latex(rf"\alpha_{{{i},{j}}}={number(before, 4)}\;\to\;\alpha_{{{i},{j}}}'={number(after, 4)}")
        st.latex(
            rf"\lVert o_{{{i}}}'-o_{{{i}}}\rVert={number(moved.norm())}\quad(\lVert o_{{{i}}}\rVert="
            rf"{number(torch.linalg.vector_norm(walk.found.outputs[walk.row]))})"
        )
    with right:
        was, now = (float(probs[found.tokens[0]]) for probs in found.probs())
        st.latex(rf"p(y_{{{i}}})={number(was, 5)}\;\to\;{number(now, 5)}")
        slope = gradients_of(place.spec)
        cells = found.heads
        step = (found.value - slope.weights[:, :, place.row, key])[cells]
        foretold = float((step * slope.gradients[:, :, place.row, key][cells]).sum())
        st.latex(
            r"\Delta\log p\;\approx\;\sum(\alpha'-\alpha)\,\frac{\partial\log p}{\partial\alpha}="
            rf"{short(foretold)}"
        )
        measured = torch.log(torch.tensor(now, dtype=torch.float64) / max(was, 1e-300))
        st.latex(rf"\Delta\log p\;=\;{short(measured)}\quad\text{{{t('cross.tex_measured')}}}")
    st.caption(t("cross.explanation_caption", layer=place.layer + 1, head=place.head + 1))


def short(value: torch.Tensor | float) -> str:
    """Write a number of any size with three digits."""
    value = float(value)
    if value == 0 or 1e-3 <= abs(value) < 1e3:
        return f"{value:.3g}"
    return of_any_size(value)
