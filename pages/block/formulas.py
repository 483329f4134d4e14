"""The formulas of the Block page with the numbers that are on screen."""

import streamlit as st
from torch import Tensor

from core.run import models, runs
from pages.block.choices import BlockChoices
from pages.block.costs import costs_of
from pages.block.norm import feature_of, norm_place
from pages.block.outcome import same_tokens, token_texts
from pages.block.place import Place, is_final, place_of, sublayer_of
from pages.block.skip import skipped_of
from pages.shared.state import AppState
from pages.shared.text import t


def number(value: Tensor | float, digits: int = 3) -> str:
    """Write a number that follows a sign, rounded, in brackets if it is negative."""
    value = float(value)
    return f"({value:.{digits}f})" if value < 0 else f"{value:.{digits}f}"


def result(value: Tensor | float, digits: int = 3) -> str:
    """Write a number that follows no sign, rounded."""
    return f"{float(value):.{digits}f}"


def thousands(count: int) -> str:
    """Write a large number as LaTeX sets it."""
    return f"{count:,}".replace(",", "{,}")


def stream_formula(current: AppState) -> None:
    """Write the layer's sub-layers with the lengths of this token's vectors and the numbers of one feature."""
    place = place_of(current.shown, current.view)
    at = min(current.chosen(BlockChoices).feature, place.config.d_model) - 1
    for step in place.walk:
        if not is_final(step.part):
            st.latex(sum_formula(place, step.part, at))
    name = t(f"block.activation_{place.config.activation}")
    width, wide = place.config.d_model, place.config.d_ff
    st.latex(
        rf"\mathrm{{FFN}}(x)=\mathrm{{{name}}}(x\,W_1+b_1)\,W_2+b_2,\qquad "
        rf"W_1\in\mathbb{{R}}^{{{width}\times{wide}}},\;W_2\in\mathbb{{R}}^{{{wide}\times{width}}}"
    )
    st.caption(t("block.formula_stream", feature=at + 1))


def sum_formula(place: Place, part: str, at: int) -> str:
    """Write one sub-layer as an equation: first in symbols, then with one feature's numbers."""
    config, name = place.config, t(f"block.math_{sublayer_of(part)}")
    step = next(each for each in place.walk if each.part == part)
    read = r"\mathrm{LayerNorm}(x)" if step.norm_order == "pre" and step.normed is not None else "x"
    inner = (r"x+" if config.residual else "") + rf"\mathrm{{{name}}}({read})"
    numbers = f"{result(step.input[at])}+{number(step.added[at])}" if config.residual else result(step.added[at])
    numbers += f"={result(step.sum[at])}" if config.residual else ""
    if step.norm_order == "post" and step.normed is not None:
        return rf"\mathrm{{LayerNorm}}({inner}):\quad {numbers}\;\to\;{result(step.normed[at])}"
    return rf"{inner}:\quad {numbers}"


def norm_formula(current: AppState) -> None:
    """Write both norms with the numbers of the chosen feature."""
    choices = current.chosen(BlockChoices)
    place = place_of(current.shown, current.view)
    found = norm_place(place, choices)
    st.latex(
        r"\mu=\frac{1}{D}\sum_i x_i\qquad \sigma^2=\frac{1}{D}\sum_i(x_i-\mu)^2\qquad "
        r"y_i=\gamma_i\,\frac{x_i-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta_i"
    )
    if found is None:
        return
    at = feature_of(found, choices.feature) - 1
    layer, batch = found.layer, found.batch(choices.batch_others)
    gamma, beta, x = found.norm.weight[at], found.norm.bias[at], found.x[at]
    pairs = (
        (t("block.by_layer_norm"), layer.mean[0], layer.variance[0], layer.result[at]),
        (t("block.by_batch_norm"), batch.mean[at], batch.variance[at], batch.result[at]),
    )
    for name, mean, variance, standardised in pairs:
        st.latex(
            rf"\text{{{name}{t('text.colon')}}}y_{{{at + 1}}}={result(gamma)}\cdot\frac{{{result(x)}-{number(mean)}}}"
            rf"{{\sqrt{{{number(variance)}+{found.norm.eps:.5f}}}}}+{number(beta)}={result(standardised)}"
        )
    st.caption(t("block.formula_norm", d=len(found.x), tokens=len(found.tokens(choices.batch_others))))


def skip_formula(current: AppState) -> None:
    """Write what each kind of skipping leaves of a sub-layer, and the token that it moved most."""
    spec = current.shown
    config = models.catalogue()[spec.model].config
    pre = config.norm_order == "pre"
    rows = {
        "nothing": r"x+f(\mathrm{LN}(x))" if pre else r"\mathrm{LN}(x+f(x))",
        "residual": r"f(\mathrm{LN}(x))" if pre else r"\mathrm{LN}(f(x))",
        "norm": "x+f(x)",
        "sublayer": "x" if pre else r"\mathrm{LN}(x)",
        "layer": "x",
    }
    if not config.layer_norm:
        rows = {"nothing": "x+f(x)", "residual": "f(x)", "sublayer": "x", "layer": "x"}
    if not config.residual:
        rows = {"nothing": r"\mathrm{LN}(f(x))", "norm": "f(x)", "sublayer": r"\mathrm{LN}(0)", "layer": "x"}
    named = {t(f"block.without_{name}"): formula for name, formula in rows.items()}
    st.latex(r"\qquad ".join(rf"\text{{{name}{t('text.colon')}}}{formula}" for name, formula in named.items()))
    skipped = skipped_of(spec, current.chosen(BlockChoices).skip)
    if skipped:
        whole = runs.trace(spec)
        before, after = [step.probability for step in whole.steps], same_tokens(spec, whole, skipped)
        most = max(range(len(before)), key=lambda step: abs(before[step] - after[step]))
        st.text(
            t(
                "block.formula_skip", step=most + 1, token=token_texts(spec, whole)[most], whole=f"{before[most]:.4f}",
                without=f"{after[most]:.4f}",
            )
        )  # fmt: skip


def cost_formula(current: AppState) -> None:
    """Write the costs of an attention and of the FFN with this model's sizes and the chosen lengths."""
    costs = costs_of(current.shown, current.chosen(BlockChoices))
    config, n = costs.config, costs.source
    width, wide, inner = config.d_model, config.d_ff, config.num_heads * config.d_head
    found = {cost.part: cost for cost in costs.parts}
    attention, ffn = found["encoder.0.self_attn"], found["encoder.0.ffn"]
    st.latex(
        rf"\text{{{t('block.math_attention')}{t('text.colon')}}}\underbrace{{4\,n\,D\,(H d)}}_{{q,\,k,\,v,\,o}}"
        rf"+\underbrace{{2\,n^2\,(H d)}}_{{\text{{{t('math.pairs')}}}}}"
        rf"=4\cdot{n}\cdot{width}\cdot{inner}+2\cdot{n}^2\cdot{inner}={thousands(attention.macs)}"
    )
    st.latex(
        rf"\text{{{t('block.math_ffn')}{t('text.colon')}}}2\,n\,D\,F=2\cdot{n}\cdot{width}\cdot{wide}={thousands(ffn.macs)}"
    )
    held = thousands(attention.parameters), thousands(ffn.parameters)
    words = t("block.math_held"), t("block.math_attention"), t("block.math_ffn")
    st.latex(rf"\text{{{words[0]}{t('text.colon')}{words[1]} }}{held[0]}\qquad\text{{{words[2]} }}{held[1]}")
    st.caption(t("block.formula_cost", n=n))


FORMULAS = {"stream": stream_formula, "norm": norm_formula, "skip": skip_formula, "cost": cost_formula}
