"""A reliability curve: how often answers of each probability are right, beside the diagonal where it is as often."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.lines import COLOURS
from core.figures.plain import axis, plain

LEAST, MOST = 6, 26  # px: the marker of a bin with hardly any answer, and of one with all
FEW = 20  # answers: a share of fewer says little
WHOLE = {"range": [-0.03, 1.03], "tickformat": ".0%", "dtick": 0.2}


def reliability_curve(
    probabilities: Sequence[float], shares: Sequence[float], counts: Sequence[int], names: tuple[str, str, str],
    titles: tuple[str, str], height: int = 340,
) -> go.Figure:  # fmt: skip
    """Draw the share of right answers against their mean probability, a marker a bin, its area by the answers in it.

    `names` are those of the curve, of bins with few answers, which no line joins, and of the diagonal; `titles` those
    of the axes.

    Raises: ValueError if the three do not have a value for each bin.
    """
    if not len(probabilities) == len(shares) == len(counts):
        raise ValueError(f"{len(probabilities)} probabilities, {len(shares)} shares and {len(counts)} counts")
    every, rows = max(1, sum(counts)), list(zip(probabilities, shares, counts, strict=True))
    own, scarce, perfect = names

    def bins(name: str, kept: list[tuple[float, float, int]], **look: Any) -> dict[str, Any]:
        marker = {"color": COLOURS[0], "size": [LEAST + (MOST - LEAST) * math.sqrt(row[2] / every) for row in kept]}
        return {
            "type": "scatter", "name": name, "cliponaxis": False, "x": [row[0] for row in kept],
            "y": [row[1] for row in kept], "customdata": [row[2] for row in kept],
            "line": {"color": COLOURS[0], "width": 1.5}, "marker": marker | look.pop("marker", {}),
            "hovertemplate": f"{titles[0]} %{{x:.1%}}, {titles[1]} %{{y:.1%}} (%{{customdata}})<extra></extra>", **look,
        }  # fmt: skip

    traces = [
        {"type": "scatter", "x": [0, 1], "y": [0, 1], "name": perfect, "mode": "lines", "hoverinfo": "skip",
         "line": {"color": COLOURS[1], "dash": "dash", "width": 1.5}},
        bins(own, [row for row in rows if row[2] >= FEW], mode="lines+markers"),
        bins(scarce, [row for row in rows if row[2] < FEW], mode="markers",
             marker={"symbol": "circle-open", "size": LEAST}),
    ]  # fmt: skip
    return plain(traces, height, xaxis=axis(titles[0], **WHOLE), yaxis=axis(titles[1], **WHOLE))
