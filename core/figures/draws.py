"""Samples against what they were drawn from: how often each output came, and how often it had to."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.plain import axis, beside, label_axis, plain

LONGEST = 40
RIGHT, OTHER, EXACT = "#2a9d8f", "#8fb4d9", "#d55e00"
DIAMOND = {"symbol": "diamond", "size": 11, "color": EXACT, "line": {"color": "white", "width": 1}}
TYPE = {"size": 13}


def draw_bars(
    outputs: Sequence[str],
    drawn: Sequence[float],
    exact: Sequence[float],
    right: Sequence[bool],
    names: tuple[str, str],
    rows: int = 6,
) -> go.Figure:
    """Draw a bar for the share of samples that each output had, and a mark where its exact probability lies.

    `names` are those of the bars and of the marks; bars of right outputs have another colour. Long outputs lose their
    middle beside the bars, not where one points at them. There is room for at least `rows` bars, whatever their number.

    Raises: ValueError if the four differ in length or a share lies outside 0 to 1.
    """
    if not len(outputs) == len(drawn) == len(exact) == len(right):
        counts = f"{len(outputs)} outputs, {len(drawn)} and {len(exact)} shares and {len(right)} verdicts"
        raise ValueError(f"{counts} do not belong together")
    if any(not 0 <= share <= 1 + 1e-6 for share in (*drawn, *exact)):
        raise ValueError(f"shares lie between 0 and 1, got {[*drawn, *exact]}")
    places, rows = list(range(len(outputs))), max(rows, len(outputs))
    bars = {
        "type": "bar", "orientation": "h", "x": list(drawn), "y": places, "customdata": list(outputs), "name": names[0],
        "marker": {"color": [RIGHT if each else OTHER for each in right]},
        "hovertemplate": f"%{{customdata}}<br>{names[0]}: %{{x:.2%}}<extra></extra>",
    }  # fmt: skip
    marks = {
        "type": "scatter", "mode": "markers", "x": list(exact), "y": places, "customdata": list(outputs),
        "name": names[1], "marker": DIAMOND, "cliponaxis": False,
        "hovertemplate": f"%{{customdata}}<br>{names[1]}: %{{x:.3%}}<extra></extra>",
    }  # fmt: skip
    pairs = list(zip(drawn, exact, strict=True))
    numbers = {
        "type": "scatter", "mode": "text", "x": [max(pair) for pair in pairs], "y": places, "hoverinfo": "skip",
        "text": [f"\u00a0\u00a0\u00a0{share:.1%} · {percent(true)}" for share, true in pairs],
        "textposition": "middle right", "textfont": TYPE, "cliponaxis": False, "showlegend": False,
    }  # fmt: skip
    said = [shortened(output or "∅") for output in outputs]
    return plain(
        [bars, marks, numbers], 46 + 21 * rows, {"l": beside(said), "r": 110, "t": 4},
        {"y": 1.0, "x": 1, "xanchor": "right", "font": TYPE}, bargap=0.3, font=TYPE,
        xaxis=axis(rangemode="tozero", tickformat=".1~%", tickfont=TYPE),
        yaxis=label_axis(autorange=False, range=[rows - 0.5, -0.5], tickvals=places, ticktext=said, tickfont=TYPE),
    )  # fmt: skip


def percent(share: float) -> str:
    """Write a share with one digit, and one that would be rounded to nothing as what it is less than."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def shortened(text: str) -> str:
    """Return a text that fits beside a bar."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"
