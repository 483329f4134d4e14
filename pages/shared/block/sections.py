"""Below the views of the Block page: the formula with numbers, the code that ran, evidence, a question."""

import statistics

import streamlit as st
from torch import Tensor

from core import layers
from core.analysis import norm_steps, part_costs
from core.analysis.ablation_evidence import Ablation
from core.figures.bars import share_bars
from core.taps import Skip
from pages.shared import models, runs, sections
from pages.shared.block.choices import BlockChoices
from pages.shared.block.costs import costs_of
from pages.shared.block.norm import feature_of, norm_place
from pages.shared.block.place import Place, is_final, place_of, sublayer_of
from pages.shared.block.skip import along, changes_by_kind, kept_evidence, skipped_of, written
from pages.shared.evidence.variants import variants_evidence
from pages.shared.state import AppState
from pages.shared.text import t

RAN = {
    "stream": (layers.AddNorm, layers.Norm, layers.FeedForward),
    "norm": (
        norm_steps.layer_norm_steps,
        norm_steps.batch_norm_steps,
        norm_steps.normalise,
        norm_steps.with_statistics,
    ),
    "skip": (Skip, layers.kept, layers.AddNorm),
    "cost": (part_costs.layer_costs, part_costs.attention_cost, part_costs.output_cost),
}
TRAINED_WITHOUT = ("small", "small-pre-norm", "small-no-norm", "small-no-residual")


def block_sections(current: AppState) -> None:
    """Draw the one of the sections that is chosen."""
    aspect = current.chosen(BlockChoices).aspect
    drawn = {
        "formula": lambda: FORMULAS[aspect](current),
        "code": lambda: sections.code(*RAN[aspect]),
        "evidence": lambda: evidence(current.shown.model),
        "question": lambda: sections.question("block_question"),
    }
    sections.sections(current, BlockChoices, drawn)


def number(value: Tensor | float, digits: int = 3) -> str:
    """Write a number, rounded, in brackets if it is negative."""
    value = float(value)
    return f"({value:.{digits}f})" if value < 0 else f"{value:.{digits}f}"


def stream_formula(current: AppState) -> None:
    """Write the layer's sub-layers with the lengths of this token's vectors and the numbers of one feature."""
    place = place_of(current.shown, current.view)
    at = min(current.chosen(BlockChoices).feature, place.config.d_model) - 1
    for step in place.walk:
        if not is_final(step.part):
            st.latex(sum_formula(place, step.part, at))
    name = "ReLU" if place.config.activation == "relu" else "GELU"
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
    numbers = f"{number(step.input[at])}+{number(step.added[at])}" if config.residual else number(step.added[at])
    numbers += f"={number(step.sum[at])}" if config.residual else ""
    if step.norm_order == "post" and step.normed is not None:
        return rf"\mathrm{{LayerNorm}}({inner}):\quad {numbers}\;\to\;{number(step.normed[at])}"
    return rf"{inner}:\quad {numbers}"


def norm_formula(current: AppState) -> None:
    """Write both norms with the numbers of the chosen feature."""
    choices = current.chosen(BlockChoices)
    place = place_of(current.shown, current.view)
    found = norm_place(place, choices)
    if found is None:
        st.text(t("block.no_norm", model=models.catalogue()[place.spec.model].title))
        return
    at = feature_of(found, choices.feature) - 1
    layer, batch = found.layer, found.batch(choices.batch_others)
    st.latex(
        r"\mu=\frac{1}{D}\sum_i x_i\qquad \sigma^2=\frac{1}{D}\sum_i(x_i-\mu)^2\qquad "
        r"y_i=\gamma_i\,\frac{x_i-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta_i"
    )
    gamma, beta, x = found.norm.weight[at], found.norm.bias[at], found.x[at]
    pairs = (
        ("LayerNorm", layer.mean[0], layer.variance[0], layer.result[at]),
        ("BatchNorm", batch.mean[at], batch.variance[at], batch.result[at]),
    )
    for name, mean, variance, result in pairs:
        st.latex(
            rf"\text{{{name}: }}y_{{{at + 1}}}={number(gamma)}\cdot\frac{{{number(x)}-{number(mean)}}}"
            rf"{{\sqrt{{{number(variance)}+{found.norm.eps:.5f}}}}}+{number(beta)}={number(result)}"
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
    st.latex(r"\qquad ".join(rf"\text{{{t(f'block.without_{name}')}: }}{formula}" for name, formula in rows.items()))
    skipped = skipped_of(spec, current.chosen(BlockChoices).skip)
    if skipped:
        whole = runs.trace(spec)
        pairs = list(zip(whole.steps, along(spec, whole, skipped).steps, strict=True))
        most = max(range(len(pairs)), key=lambda n: abs(pairs[n][0].probability - moved_to(*pairs[n])))
        st.text(
            t(
                "block.formula_skip", step=most + 1, token=written(spec, whole)[most],
                whole=f"{pairs[most][0].probability:.4f}", without=f"{moved_to(*pairs[most]):.4f}",
            )
        )  # fmt: skip


def moved_to(step, other) -> float:
    """Return the probability that another run gives to the token of a step."""
    return float(other.log_probs[step.token].exp())


def cost_formula(current: AppState) -> None:
    """Write the costs of an attention and of the FFN with this model's sizes and the chosen lengths."""
    costs = costs_of(current.shown, current.chosen(BlockChoices))
    config, n = costs.config, costs.source
    width, wide, inner = config.d_model, config.d_ff, config.num_heads * config.d_head
    found = {cost.part: cost for cost in costs.parts}
    attention, ffn = found["encoder.0.self_attn"], found["encoder.0.ffn"]
    st.latex(
        rf"\text{{attention: }}\underbrace{{4\,n\,D\,(H d)}}_{{q,\,k,\,v,\,o}}"
        rf"+\underbrace{{2\,n^2\,(H d)}}_{{\text{{pairs}}}}"
        rf"=4\cdot{n}\cdot{width}\cdot{inner}+2\cdot{n}^2\cdot{inner}={attention.macs:,}".replace(",", r"{,}")
    )
    st.latex(rf"\text{{FFN: }}2\,n\,D\,F=2\cdot{n}\cdot{width}\cdot{wide}={ffn.macs:,}".replace(",", r"{,}"))
    st.latex(
        rf"\text{{parameters: attention }}{attention.parameters:,}\qquad\text{{FFN }}{ffn.parameters:,}".replace(
            ",", r"{,}"
        )
    )
    st.caption(t("block.formula_cost", n=n))


FORMULAS = {"stream": stream_formula, "norm": norm_formula, "skip": skip_formula, "cost": cost_formula}


def evidence(model: str) -> None:
    """Show what parts are worth that were taken from this model, and what models score that never had them."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"##### {t('block.taken_heading', model=models.catalogue()[model].title)}")
        kept = kept_evidence(model)
        if kept is None:
            st.text(t("block.taken_none", command=f"python -m core.analysis.ablation {model} --examples 2640 --write"))
        else:
            labels, shares = taken(model)
            figure = share_bars(
                [t("block.taken_whole"), *labels], [kept.results[0].exact_match, *shares], [False] * (len(labels) + 1)
            )
            st.plotly_chart(figure, config={"displayModeBar": False})
            st.caption(t("block.taken_explained", examples=f"{kept.examples:,}", command=kept.command))
    with right:
        st.markdown(f"##### {t('block.trained_heading')}")
        variants_evidence(TRAINED_WITHOUT)
        st.caption(t("block.trained_explained"))


def taken(model: str) -> tuple[list[str], list[float]]:
    """Return the mean score without one part, for every kind of part on each side, and what to call it."""
    labels, shares = [], []
    for kind, results in changes_by_kind(model).items():
        for side in ("encoder", "decoder"):
            mine: list[Ablation] = [result for result in results if result.part.name.startswith(side)]
            if mine:
                labels.append(
                    t("block.taken", kind=t(f"block.kind_of_{kind}"), side=t(f"block.side_{side}"), count=len(mine))
                )
                shares.append(statistics.mean(result.exact_match for result in mine))
    return labels, shares
