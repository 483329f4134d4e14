"""Horizontal bars for a handful of shares."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.readable import ABOVE, readable

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
    readable(figure)
    return figure


def paired_bars(labels: Sequence[str], shares: Mapping[str, Sequence[float]]) -> go.Figure:
    """Draw for each label one bar of every named series, from 0 to 1, the first series on top.

    Raises: ValueError if a series is not as long as the labels, there are more than can be told apart, or a share lies
        outside 0 to 1.
    """
    colours = (OTHER, MEASURED)
    if len(shares) > len(colours):
        raise ValueError(f"{len(colours)} series can be told apart, got {len(shares)}")
    figure, slack = go.Figure(), 1e-6
    for (name, values), colour in zip(shares.items(), colours, strict=False):
        if len(values) != len(labels):
            raise ValueError(f"{name} has {len(values)} shares for {len(labels)} labels")
        if any(not -slack <= share <= 1 + slack for share in values):
            raise ValueError(f"shares lie between 0 and 1, got {list(values)}")
        figure.add_bar(
            x=list(values), y=list(range(len(labels))), name=name, orientation="h", marker_color=colour,
            text=[f"{share:.2%}" for share in values], textposition="outside", cliponaxis=False,
            hovertemplate=f"%{{text}}<extra>{name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        height=50 + 46 * len(labels), margin={"l": 8, "r": 64, "t": 8, "b": 24}, bargap=0.25, template="none",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        legend=ABOVE,
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1], tickformat=".0%", gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    figure.update_yaxes(
        autorange="reversed", automargin=True, ticksuffix="  ", tickvals=list(range(len(labels))), ticktext=list(labels)
    )
    readable(figure)
    return figure
