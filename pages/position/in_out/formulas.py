"""The formulas of "In and out" with this example's numbers."""

import streamlit as st

from core.figures.formulas import softmax_fraction
from core.figures.walk_formulas import number
from core.run import models
from core.run.runs import RunSpec
from pages.position.choices import PositionChoices
from pages.position.encoding import encoding_of
from pages.position.in_out.common import embeddings_of
from pages.position.in_out.steps import way_out
from pages.shared.text import t

ADD = r"(x+p)\,W=x\,W+p\,W=[x\,;p]\begin{bmatrix}W\\W\end{bmatrix}"
FREE = r"[x\,;p]\begin{bmatrix}W_1\\W_2\end{bmatrix}"
ORDER = (
    r"PE_p\cdot PE_q=\sum_i\left(\sin p\omega_i\sin q\omega_i+\cos p\omega_i\cos q\omega_i\right)"
    r"=\sum_i\cos\,(p-q)\,\omega_i"
)


def in_out_formula(choices: PositionChoices, spec: RunSpec, step: int) -> None:
    """Write the formula of the chosen part."""
    if choices.part == "scale":
        length, width = float(embeddings_of(spec)[0].norm()), spec.config.d_model
        st.latex(rf"x_t=\sqrt D\,E[\text{{{t('math.token')}}}_t]" + ("+PE_t" if encoding_of(spec.model).own else ""))
        st.latex(
            rf"\lVert\sqrt{{{width}}}\,E\rVert={width**0.5:.2f}\times{length:.3f}={width**0.5 * length:.2f}\quad(t=1)"
        )  # fmt: skip
    elif choices.part == "tied":
        out = way_out(spec, step)
        token = out.predicted
        bias, logit = float(models.model(spec.model).output_bias[token]), float(out.logits[token])
        sign = "+" if bias >= 0 else ""
        st.latex(r"z_v=h\cdot E_v+b_v")
        st.latex(rf"z={number(logit - bias)}{sign}{number(bias)}={number(logit)}")
    elif choices.part == "softmax":
        out, warmth = way_out(spec, step), choices.temperature
        divided = out.logits / warmth
        best = int(divided.argmax())
        share = float(divided.softmax(-1)[best])
        st.latex(r"p_v=\frac{e^{z_v/T}}{\sum_u e^{z_u/T}}")
        st.latex(rf"p={softmax_fraction(float(divided[best]), divided.tolist(), share)}\qquad T={warmth:g}")
    elif choices.part == "add":
        st.latex(rf"{ADD}\qquad\text{{{t('math.free')}}}{FREE}")
    else:
        st.latex(ORDER)
