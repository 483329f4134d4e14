"""Curves of training runs: loss, exact match fed and free, gradient norm or reward, one run beside another."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from core.figures.plain import axis, heading, plain

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
    traces = []
    for (run, curves), colour in zip(runs.items(), COLOURS, strict=False):
        for curve in (each for each in curves if each.plot in places):
            if len(curve.steps) != len(curve.values):
                raise ValueError(f"{curve.name} has {len(curve.values)} values for {len(curve.steps)} steps")
            name = f"{run} · {curve.name}" if len(runs) > 1 else curve.name
            traces.append(line(curve, name, colour, steps, axis_of(curve.plot, places)))
    below = 60 if len(runs) < 2 else 82  # a legend of two runs takes two lines
    return plain(
        traces, 180 + below, {"l": 36, "r": 15, "t": 26, "b": below}, {"x": 0, "y": 0, "yanchor": "bottom"},
        uirevision="keep",
        annotations=[heading(titles[plot], place[0], xanchor="left", y=1.02) for plot, place in places.items()],
        **axes(places, rewarded),
    )  # fmt: skip


def axis_of(plot: str, places: Mapping[str, tuple[float, float]]) -> str:
    """Return by which number a plot's axes are known; the first ones have none."""
    return str(list(places).index(plot) + 1).replace("1", "")


def line(curve: Curve, name: str, colour: str, steps: str, end: str) -> dict[str, Any]:
    """Return a curve as a line of not too many points."""
    stride = max(1, len(curve.steps) // MOST_POINTS)
    number = ".1%" if curve.plot == "right" else ".3f"
    return {
        "type": "scatter", "x": thinned(curve.steps, stride), "y": thinned(curve.values, stride), "xaxis": f"x{end}",
        "yaxis": f"y{end}", "name": name, "mode": "lines", "showlegend": curve.plot == "right",
        "line": {"color": colour, "dash": "dot" if curve.dashed else "solid"},
        "hovertemplate": f"{steps} %{{x}} · %{{y:{number}}}<extra>%{{fullData.name}}</extra>",
    }  # fmt: skip


def axes(places: Mapping[str, tuple[float, float]], rewarded: bool) -> dict[str, Any]:
    """Return the axes of plots that stand side by side."""
    shares = {"range": [-0.02, 1.03], "tickformat": ".0%"}
    numbers = {"rangemode": "normal" if rewarded else "tozero"}  # a policy's loss and a reward may be negative
    found: dict[str, Any] = {}
    for plot, place in places.items():
        end, own = axis_of(plot, places), shares if plot == "right" else numbers
        found |= {f"xaxis{end}": axis(domain=place, anchor=f"y{end}"), f"yaxis{end}": axis(anchor=f"x{end}", **own)}
    return found


def thinned(numbers: Sequence[float], stride: int) -> list[float]:
    """Return every so manieth number, and the last."""
    return [*numbers[:-1:stride], *numbers[-1:]]
