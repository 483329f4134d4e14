"""Horizontal bars for a handful of shares."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.plain import FREE, LEAST, axis, beside, label_axis, plain

MEASURED, OTHER = "#2a9d8f", "#b08bc9"


def share_bars(labels: Sequence[str], shares: Sequence[float], trained_so: Sequence[bool]) -> go.Figure:
    """Draw one bar a share, from 0 to 1, with its exact percentage beside it.

    Bars of models that were trained so have another colour than those of parts taken from a trained model.

    Raises: ValueError if the three differ in length or a share lies outside 0 to 1.
    """
    if not len(labels) == len(shares) == len(trained_so):
        counts = f"{len(labels)} labels, {len(shares)} shares and {len(trained_so)} kinds"
        raise ValueError(f"{counts} do not belong together")
    if any(not 0 <= share <= 1 for share in shares):
        raise ValueError(f"shares lie between 0 and 1, got {list(shares)}")
    bars = bars_of(shares, [f"{share:.2%}" for share in shares]) | {
        "y": list(labels), "marker": {"color": [OTHER if kind else MEASURED for kind in trained_so]},
        "hovertemplate": "%{y} · %{x:.3%}<extra></extra>",
    }  # fmt: skip
    return plain(
        [bars], 60 + 34 * len(labels), {"l": beside(labels), "r": 60, "t": FREE}, bargap=0.3, xaxis=shares_axis(),
        yaxis=label_axis(),
    )  # fmt: skip


def bars_of(shares: Sequence[float | None], texts: Sequence[str]) -> dict[str, Any]:
    """Return horizontal bars, with what is said beside each."""
    return {
        "type": "bar", "orientation": "h", "x": list(shares), "text": list(texts), "textposition": "outside",
        "textfont": {"size": LEAST}, "cliponaxis": False,
    }  # fmt: skip


def shares_axis() -> dict[str, Any]:
    """Return the axis along which bars of shares are drawn."""
    return axis(range=[0, 1], tickformat=".0%")
