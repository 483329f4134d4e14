"""Horizontal bars for a handful of shares."""

from collections.abc import Sequence

import plotly.graph_objects as go

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
    bars = go.Bar(
        x=list(shares),
        y=list(labels),
        orientation="h",
        marker_color=[OTHER if kind else MEASURED for kind in trained_so],
        text=[f"{share:.2%}" for share in shares],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.3%}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_layout(
        height=60 + 34 * len(labels), margin={"l": 8, "r": 60, "t": 8, "b": 24}, bargap=0.3, template="none",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1], tickformat=".0%", gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    figure.update_yaxes(autorange="reversed", automargin=True, ticksuffix="  ")
    return figure
