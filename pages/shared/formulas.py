"""The formulas of the core's scores and normalisers, in LaTeX, by the names that a configuration gives them."""

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


def scientific(number: float) -> str:
    """Write a probability with four digits that mean something, in LaTeX."""
    if number >= 0.001:
        return f"{number:.4f}"
    mantissa, exponent = f"{number:.2e}".split("e")
    return rf"{mantissa}\cdot10^{{{int(exponent)}}}"
