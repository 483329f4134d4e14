"""The formulas of the core's scores and normalisers, in LaTeX, by the names that a configuration gives them."""

import math
from collections.abc import Sequence

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


LARGEST_SCORE = 15.0


def scientific(number: float) -> str:
    """Write a probability with four digits that mean something, in LaTeX."""
    if number >= 0.001 and math.isfinite(number):
        return f"{number:.4f}"
    return of_any_size(number, "{:.2e}")


def of_any_size(number: float, pattern: str = "{:.1e}") -> str:
    """Write a number, however small or large, in LaTeX: as a product with a power of ten."""
    if math.isnan(number):
        return r"\text{NaN}"
    if math.isinf(number):
        return r"\infty" if number > 0 else r"-\infty"
    if number == 0:
        return "0"
    mantissa, exponent = pattern.format(number).split("e")
    return rf"{mantissa}\cdot10^{{{int(exponent)}}}"


def softmax_fraction(score: float, scores: Sequence[float], weight: float) -> str:
    """Write a softmax weight as the fraction that it is, in LaTeX.

    Where the sum would be too large or too small to be read, or to be computed, the largest score is taken from all:
    that leaves the fraction as it is.
    """
    largest = max(scores)
    readable = abs(largest) <= LARGEST_SCORE
    total = sum(math.exp(other - (0 if readable else largest)) for other in scores)
    power = f"{score:.3f}" if readable else f"{score:.3f}-({largest:.3f})"
    return rf"\frac{{e^{{{power}}}}}{{{total:.3f}}} = {weight:.4f}"
