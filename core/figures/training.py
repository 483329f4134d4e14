"""Curves of training runs: loss, exact match fed and free, gradient norm or reward, one run beside another."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from core.figures.readable import readable

COLOURS = ("#0072b2", "#d55e00")
WIDTHS = ((0.0, 0.28), (0.36, 0.72), (0.8, 1.0))
MOST_POINTS = 400


class Curve(NamedTuple):
    """Hold what was measured after which steps; `dashed` sets it apart in its own plot."""

    name: str
    plot: str
    steps: Sequence[int]
    values: Sequence[float]
    dashed: bool = False


def training_curves(runs: Mapping[str, Sequence[Curve]], titles: Mapping[str, str], steps: str) -> go.Figure:
    """Draw the curves of up to two runs in three plots side by side: `loss`, `right` (shares) and `gradient`.

    Where a run learns from rewards, its `reward` is drawn in place of the gradient. `titles` names the plots, `steps`
    what is counted along.

    Raises: ValueError if there are more runs than can be told apart, or a curve's lengths differ.
    """
    if len(runs) > len(COLOURS):
        raise ValueError(f"{len(COLOURS)} runs can be told apart, got {len(runs)}")
    rewarded = any(curve.plot == "reward" and curve.steps for curves in runs.values() for curve in curves)
    places = dict(zip(("loss", "right", "reward" if rewarded else "gradient"), WIDTHS, strict=True))
    figure = go.Figure()
    for (run, curves), colour in zip(runs.items(), COLOURS, strict=False):
        for curve in (each for each in curves if each.plot in places):
            if len(curve.steps) != len(curve.values):
                raise ValueError(f"{curve.name} has {len(curve.values)} values for {len(curve.steps)} steps")
            stride = max(1, len(curve.steps) // MOST_POINTS)
            axis = str(list(places).index(curve.plot) + 1).replace("1", "")
            number = ".1%" if curve.plot == "right" else ".3f"
            name = f"{run} · {curve.name}" if len(runs) > 1 else curve.name
            figure.add_scatter(
                x=thinned(curve.steps, stride), y=thinned(curve.values, stride), xaxis=f"x{axis}", yaxis=f"y{axis}",
                name=name, mode="lines", line={"color": colour, "dash": "dot" if curve.dashed else "solid"},
                showlegend=curve.plot == "right",
                hovertemplate=f"{steps} %{{x}}: %{{y:{number}}}<extra>{name}</extra>",
            )  # fmt: skip
    figure.update_layout(layout(places, titles, rewarded))
    readable(figure)
    return figure


def layout(places: Mapping[str, tuple[float, float]], titles: Mapping[str, str], rewarded: bool) -> dict[str, Any]:
    """Return the layout of plots that stand side by side, each with its title above it."""
    grid = {"gridcolor": "rgba(128,128,128,0.25)", "zeroline": False, "automargin": True}
    shares = {"range": [-0.02, 1.03], "tickformat": ".0%"}
    axes: dict[str, object] = {}
    for number, (plot, place) in enumerate(places.items(), start=1):
        end = str(number).replace("1", "")
        axes[f"xaxis{end}"] = {"domain": place, "anchor": f"y{end}"} | grid
        plain = {"rangemode": "normal" if rewarded else "tozero"}  # a policy's loss and a reward may be negative
        axes[f"yaxis{end}"] = {"anchor": f"x{end}"} | (shares if plot == "right" else plain) | grid
    notes = [
        {"text": titles[plot], "x": place[0], "y": 1.02, "xref": "paper", "yref": "paper", "xanchor": "left",
         "yanchor": "bottom", "showarrow": False, "font": {"size": 13}}
        for plot, place in places.items()
    ]  # fmt: skip
    legend = {"orientation": "h", "x": WIDTHS[1][0], "y": -0.12, "yanchor": "top"}
    return {
        "height": 240, "margin": {"l": 8, "r": 8, "t": 26, "b": 8}, "template": "none",
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "annotations": notes, "uirevision": "keep",
        "legend": legend, **axes,
    }  # fmt: skip


def thinned(numbers: Sequence[float], stride: int) -> list[float]:
    """Return every so manieth number, and the last."""
    return [*numbers[:-1:stride], *numbers[-1:]]
