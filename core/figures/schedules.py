"""Curves of several schedules: as they were set, and what came of each, with the spread over seeds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.plain import axis, plain, upright

# Black or white would drown in one of the themes; these are of Okabe & Ito 2008, told apart by colour-blind eyes.
COLOURS = ("#8c8c8c", "#0072b2", "#d55e00", "#009e73")
DASHES = ("solid", "dash", "dot", "dashdot")
MARKS = ("circle", "square", "diamond", "triangle-up")
HIGH = 0.75
AT = {"color": "rgba(128,128,128,0.8)", "width": 1.5, "dash": "dot"}


def spread_lines(
    x: Sequence[int], series: Mapping[str, tuple[Sequence[float], Sequence[float | None]]], x_title: str, y_title: str
) -> go.Figure:
    """Draw each named series of shares, from 0 to 1, as a line of means with a bar of spread at each.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    check(series)
    traces = []
    for number, (name, (means, spreads)) in enumerate(series.items()):
        if not len(x) == len(means) == len(spreads):
            raise ValueError(f"{name} has {len(means)} means and {len(spreads)} spreads for {len(x)} places")
        bars = [spread or 0 for spread in spreads]
        traces.append(
            {"type": "scatter", "x": [place + 0.06 * (number - (len(series) - 1) / 2) for place in x], "y": list(means),
             "name": name, "mode": "lines+markers", "line": {"color": COLOURS[number], "dash": DASHES[number]},
             "marker": {"symbol": MARKS[number], "size": 8}, "customdata": list(zip(x, bars, strict=True)),
             "error_y": {"type": "data", "array": bars, "thickness": 1.2, "width": 3},
             "hovertemplate": f"{x_title} %{{customdata[0]}} · %{{y:.1%}} ± %{{customdata[1]:.1%}}"
                              "<extra>%{fullData.name}</extra>"}
        )  # fmt: skip
    lowest = min((mean for means, _ in series.values() for mean in means), default=0)
    # Where all shares are high, the axis begins below the lowest of them, or the lines would lie on each other.
    bottom = -0.03 if lowest < HIGH else math.floor(20 * lowest) / 20 - 0.02
    return over_steps(traces, axis(x_title, dtick=1), y_title, [bottom, 1 + (1 - bottom) * 0.05])


def decay_curves(
    steps: Sequence[int], shares: Mapping[str, Sequence[float]], x_title: str, y_title: str, at: int
) -> go.Figure:
    """Draw how each named share decays over the steps, and mark one of these.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    check(shares)
    traces = []
    for number, (name, values) in enumerate(shares.items(), start=1 if len(shares) < len(COLOURS) else 0):
        if len(values) != len(steps):
            raise ValueError(f"{name} has {len(values)} values for {len(steps)} steps")
        traces.append(curve(steps, values, name, number, f"{x_title} %{{x}} · %{{y:.1%}}"))
    return over_steps(traces, axis(x_title), y_title, shapes=[upright(at, AT)])


def curve(steps: Sequence[int], values: Sequence[float], name: str, number: int, hover: str) -> dict[str, Any]:
    """Return a curve over steps, in the colour of its number."""
    return {
        "type": "scatter", "x": list(steps), "y": list(values), "name": name, "mode": "lines",
        "line": {"color": COLOURS[number], "dash": DASHES[number], "width": 2.5},
        "hovertemplate": f"{hover}<extra>%{{fullData.name}}</extra>",
    }  # fmt: skip


def check(series: Mapping[str, object]) -> None:
    """Raise ValueError if there are more series than can be told apart."""
    if len(series) > len(COLOURS):
        raise ValueError(f"{len(COLOURS)} curves can be told apart, got {len(series)}")


def over_steps(
    traces: Sequence[dict[str, Any]], along: Mapping[str, Any], y_title: str,
    reach: Sequence[float] = (-0.03, 1.05), shapes: Sequence[dict[str, Any]] = (),
) -> go.Figure:  # fmt: skip
    """Return a figure of shares, which reach from the first to the second of two."""
    up = axis(y_title, tickformat=".0%", range=list(reach))
    return plain(traces, height=300, shapes=list(shapes), xaxis=dict(along), yaxis=up)
