"""A walk's scores and weights as formulas with their numbers, in LaTeX."""

from typing import Any, Protocol

MOST_SHOWN = 8


class Walk(Protocol):
    """The walk that is written: row `row` of an attention taken apart, `found`; its score and normaliser, `method`."""

    found: Any
    row: int
    method: Any


def score_formula(walk: Walk, i: int, best: int) -> str:
    """Write the score of one key as the sum that it is."""
    found, row, method = walk.found, walk.row, walk.method
    temperature = "" if method.temperature == 1 else rf"\big/{method.temperature:g}"
    name = rf"e_{{{i},{best + 1}}}"
    terms = found.products[row, best].tolist()
    written = "+".join(bracketed(term) for term in terms) if len(terms) <= MOST_SHOWN else number(found.sums[row, best])
    if method.score == "additive" and len(terms) > MOST_SHOWN:
        written = rf"v^\top\tanh(q_{{{i}}}+k_{{{best + 1}}})"
    if method.score == "scaled_dot":
        written = rf"\frac{{{written}}}{{\sqrt{{{len(terms)}}}}}"
    elif temperature:
        written = rf"({written})"
    return rf"{name}={written}{temperature}={number(found.scores[row, best])}"


def weights_formula(walk: Walk, i: int, best: int) -> str:
    """Write the largest weight as what the normaliser makes of the score."""
    found, row, method = walk.found, walk.row, walk.method
    name, weight = rf"\alpha_{{{i},{best + 1}}}", number(found.weights[row, best], 4)
    score = number(found.scores[row, best])
    if method.normalizer == "sigmoid":
        return rf"{name}=\sigma({score}-{number(found.shift[row, 0])})={weight}"
    if method.normalizer == "relu":
        total = found.strengths[row].sum()
        return rf"{name}=\frac{{\max(0,{score})}}{{{number(total)}}}={weight}" if total else rf"{name}=0"
    shift = found.shift[row].item()
    taken = "" if not shift else f"-{shift:.2f}" if shift > 0 else f"+{-shift:.2f}"
    return rf"{name}=\frac{{e^{{{score}{taken}}}}}{{{number(found.strengths[row].sum())}}}={weight}"


def vector(values: Any) -> str:
    """Write a vector, a long one by its first two numbers and its last."""
    numbers = [number(value, 2) for value in values.tolist()]
    shown = numbers if len(numbers) <= MOST_SHOWN else [*numbers[:2], r"\dots", numbers[-1]]
    return "(" + r",\;".join(shown) + ")"


def number(value: Any, digits: int = 3) -> str:
    """Write a number, rounded, without zeros that say nothing."""
    value = float(value)
    if abs(value) >= 1e4:
        mantissa, power = f"{value:.2e}".split("e")
        return rf"{mantissa}\cdot10^{{{int(power)}}}"
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def bracketed(value: float) -> str:
    """Write a term of a sum, in brackets if it is negative."""
    return f"({number(value, 2)})" if value < 0 else number(value, 2)
