"""Horizontal bars for a handful of shares."""

from collections.abc import Mapping, Sequence
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
        "hovertemplate": "%{y}: %{x:.3%}<extra></extra>",
    }  # fmt: skip
    return plain(
        [bars], 60 + 34 * len(labels), {"l": beside(labels), "r": 60, "t": FREE}, bargap=0.3, xaxis=shares_axis(),
        yaxis=label_axis(),
    )  # fmt: skip


def paired_bars(labels: Sequence[str], shares: Mapping[str, Sequence[float]]) -> go.Figure:
    """Draw for each label one bar of every named series, from 0 to 1, the first series on top.

    Raises: ValueError if a series is not as long as the labels, there are more than can be told apart, or a share lies
        outside 0 to 1.
    """
    colours = (OTHER, MEASURED)
    if len(shares) > len(colours):
        raise ValueError(f"{len(colours)} series can be told apart, got {len(shares)}")
    bars, slack, places = [], 1e-6, list(range(len(labels)))
    for (name, values), colour in zip(shares.items(), colours, strict=False):
        if len(values) != len(labels):
            raise ValueError(f"{name} has {len(values)} shares for {len(labels)} labels")
        if any(not -slack <= share <= 1 + slack for share in values):
            raise ValueError(f"shares lie between 0 and 1, got {list(values)}")
        said = f"%{{text}}<extra>{name}</extra>"
        own = {"y": places, "name": name, "marker": {"color": colour}, "hovertemplate": said}
        bars.append(bars_of(values, [f"{share:.2%}" for share in values]) | own)
    return plain(
        bars, 50 + 46 * len(labels), {"l": beside(labels), "r": 64}, bargap=0.25, xaxis=shares_axis(),
        yaxis=label_axis(tickvals=places, ticktext=list(labels)),
    )  # fmt: skip


def bars_of(shares: Sequence[float | None], said: Sequence[str]) -> dict[str, Any]:
    """Return horizontal bars, with what is said beside each."""
    return {
        "type": "bar", "orientation": "h", "x": list(shares), "text": list(said), "textposition": "outside",
        "textfont": {"size": LEAST}, "cliponaxis": False,
    }  # fmt: skip


def shares_axis() -> dict[str, Any]:
    """Return the axis along which bars of shares are drawn."""
    return axis(range=[0, 1], tickformat=".0%")
