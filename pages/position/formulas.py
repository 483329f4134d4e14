"""The formulas of "Position" with the numbers of what is on screen."""

import math
from statistics import mean, stdev

import streamlit as st
import torch

from core.analysis.position import IN_HALVES, layer_outputs, wavelengths
from core.run import models, runs
from core.run.runs import RunSpec
from pages.position.choices import PositionChoices
from pages.position.compared import seeds_of
from pages.position.encoding import Encoding, chosen, encoding_of
from pages.position.family import nearest_family, tokens_without_pads
from pages.position.in_out.formulas import in_out_formula
from pages.position.shuffle import Shuffle
from pages.shared.text import as_plain, t


def definition(encoding: Encoding) -> str:
    """Write the formula of an encoding: where its first position is counted from, and what the exponent is over."""
    place = f"p{encoding.first - 1:+d}" if encoding.first != 1 else "p"
    angle = rf"\frac{{{place}}}{{10000^{{2i/{exponent_over(encoding, 'D')}}}}}"
    return rf"PE_{{p,2i}}=\sin{angle}\qquad PE_{{p,2i+1}}=\cos{angle}\qquad p=1,2,\dots"


def exponent_over(encoding: Encoding, width: int | str) -> int | str:
    """Return what the exponents of the wavelengths are divided by: the width, less 2 as Tensor2Tensor has it."""
    if encoding.formula != "tensor2tensor":
        return width
    return f"({width}-2)" if isinstance(width, str) else width - 2


def formula(choices: PositionChoices, spec: RunSpec, found: list[Shuffle], step: int) -> None:
    """Write the formulas of the chosen view; `found` is what the shuffle showed, where it is shown."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        if choices.show == "shuffle":
            shuffle_formula(found[0], choices)
        elif choices.show == "models":
            models_formula(spec)
        elif choices.show == "beyond":
            shift_formula(choices, spec)
        elif choices.show == "in_out":
            in_out_formula(choices, spec, step)
        else:
            encoding_formula(choices, spec)
    with right:
        st.markdown(
            t(f"in_out.formula_{choices.part}" if choices.show == "in_out" else f"position.formula_{choices.show}")
        )


def encoding_formula(choices: PositionChoices, spec: RunSpec) -> None:
    """Write the sinusoids of one pair at one position, and the rotation that moves it on."""
    encoding = encoding_of(spec.model)
    at, width = chosen(choices, encoding), encoding.table.shape[1]
    p, i, over = at.p, at.pair, exponent_over(encoding, width)
    place, power = p + encoding.first, f"10000^{{{2 * i}/{over}}}"
    sine, cosine = pair_of(encoding, place, i)
    st.latex(definition(encoding))
    st.latex(
        rf"\begin{{aligned}}PE_{{{p + 1},{2 * i}}}&=\sin\frac{{{place}}}{{{power}}}={sine:.4f}\\"
        rf"PE_{{{p + 1},{2 * i + 1}}}&=\cos\frac{{{place}}}{{{power}}}={cosine:.4f}\end{{aligned}}"
    )
    turn = r"\begin{pmatrix}\cos k\omega&\sin k\omega\\-\sin k\omega&\cos k\omega\end{pmatrix}"
    angle = 2 * math.pi * at.offset / float(wavelengths(width, encoding.formula)[i])
    st.latex(rf"PE_{{p+k}}={turn}PE_p\qquad k\omega=\frac{{{at.offset}}}{{{power}}}={angle:.4f}")
    if encoding.kind == "learned":
        st.caption(t("position.formula_learned", p=p + 1, i=2 * i, value=f"{float(encoding.table[p, 2 * i]):.4f}"))
    if encoding.kind in IN_HALVES:
        st.caption(t("position.formula_halves"))


def pair_of(encoding: Encoding, place: int, pair: int) -> tuple[float, float]:
    """Return sine and cosine of one pair of the sinusoids of an encoding's formula."""
    angle = 2 * math.pi * place / float(wavelengths(encoding.table.shape[1], encoding.formula)[pair])
    return math.sin(angle), math.cos(angle)


def shuffle_formula(found: Shuffle, choices: PositionChoices) -> None:
    """Write how far the outputs of the token that moved most have moved, after the last layer."""
    model, ids = models.model(found.case.spec.model), torch.tensor(runs.source_ids(found.case.spec))
    order = choices.ordered(found.moved.shape[1])
    places = torch.tensor([*order, *range(len(order), len(ids))])
    new = int(found.moved[-1].argmax())
    before = layer_outputs(model, ids, found.case.switches)[-1, order[new]]
    after = layer_outputs(model, ids[places], found.case.switches)[-1, new]
    st.latex(rf"\text{{Enc}}(\pi X)=\pi\,\text{{Enc}}(X)\quad\text{{{t('math.every_order')}}}\pi")
    apart, length, moved = (float(x) for x in ((after - before).norm(), before.norm(), found.moved[-1, new]))
    st.latex(
        r"r=\frac{\lVert h'_{\pi(t)}-h_t\rVert}{\lVert h_t\rVert}"
        rf"=\frac{{{apart:.3f}}}{{{length:.3f}}}={moved:.3f}"
    )
    st.caption(t("position.formula_token", place=new + 1, layer=len(found.moved), model=as_plain(found.case.title)))


def models_formula(spec: RunSpec) -> None:
    """Write mean and spread of a kind's seeds, or the share that it is where there is one."""
    for kind, metadata in nearest_family(spec.model).items():
        if not metadata.scores:
            continue
        shares, name = [100 * share for share in seeds_of(metadata)], rf"\text{{{t(f'position.kind_{kind}')}}}"
        if len(shares) == 1:
            examples = metadata.scores["examples"]
            right = round(shares[0] * examples / 100)
            st.latex(rf"{name}:\quad\frac{{{right}}}{{{examples}}}={shares[0]:.2f}\,\%")
        else:
            total = "+".join(f"{share:.2f}" for share in shares)
            st.latex(
                rf"{name}:\quad\bar x=\frac{{{total}}}{{{len(shares)}}}={mean(shares):.2f}\,\%\qquad "
                rf"s={stdev(shares):.2f}\,\%"
            )


def shift_formula(choices: PositionChoices, spec: RunSpec) -> None:
    """Write what the encoder reads at the last token, moved on by k."""
    config, encoding = models.catalogue()[spec.model].config, encoding_of(spec.model)
    last, k, i = tokens_without_pads(spec) - 1, choices.shift, min(choices.pair, config.d_model // 2 - 1)
    place, power = last + encoding.first, f"10000^{{{2 * i}/{exponent_over(encoding, config.d_model)}}}"
    sine, _ = pair_of(encoding, place + k, i)
    scale = r"\sqrt D\," if config.scale_embedding else ""
    st.latex(rf"x_t={scale}E[\text{{{t('math.token')}}}_t]+PE_{{t+k}}")
    st.latex(rf"PE_{{{last + 1}+{k},{2 * i}}}=\sin\frac{{{place}+{k}}}{{{power}}}={sine:.4f}")
    st.caption(t("position.formula_last", first=k + 1, last=last + k + 1))
