"""Lines over whole numbers: how a share changes with length, width or step."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.plain import axis, plain

# Blue, orange and green of Okabe & Ito 2008, told apart by colour-blind eyes; further ones would need other marks.
COLOURS = ("#0072b2", "#d55e00", "#009e73")
DASHES = ("solid", "dash", "dot")
# Of so many whole numbers, each has a tick of its own.
MOST_TICKS = 16
LEAST_SPAN = 0.05  # of an axis of shares, however alike they are: a tenth of a point is no cliff


def share_lines(
    x: Sequence[int], shares: Mapping[str, Sequence[float]], x_title: str, height: int = 300, near: bool = False
) -> go.Figure:
    """Draw a line for each named series of shares, upwards from 0, or from close by if one is to look at them `near`.

    Even then the axis spans some points, so that a difference that says nothing looks like none.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    every = [share for line in shares.values() for share in line]
    scale = {"range": span_of(every)} if near and every else {"rangemode": "tozero"}
    up = axis(tickformat=".0%", **scale)
    return over(x, lines(x, shares, x_title, ".2%"), x_title, up, height)


def span_of(shares: Sequence[float]) -> list[float]:
    """Return the ends of an axis around shares, at whole per cents, with a little room for what is all right."""
    low, high = min(shares), max(shares)
    span = max(LEAST_SPAN, high - low)
    low = min(max(0.0, (low + high - span) / 2), 1 - span)
    first, last = math.floor(100 * low) / 100, min(1.0, math.ceil(100 * (low + span)) / 100)
    return [first, last + (last == 1) * (last - first) / 20]


def millisecond_lines(
    x: Sequence[int], times: Mapping[str, Sequence[float]], x_title: str, y_title: str, height: int = 300
) -> go.Figure:
    """Draw a line for each named series of milliseconds.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    return over(x, lines(x, times, x_title, ".2f"), x_title, axis(y_title, rangemode="tozero"), height)


def over(
    x: Sequence[int], traces: Sequence[dict[str, Any]], x_title: str, up: Mapping[str, Any], height: int
) -> go.Figure:
    """Return a figure of lines over whole numbers."""
    every = 1 if len(x) == 0 or max(x) - min(x) <= MOST_TICKS else None
    return plain(traces, height, xaxis=axis(x_title, dtick=every), yaxis=up, showlegend=len(traces) > 1)


def lines(
    x: Sequence[float], series: Mapping[str, Sequence[float | None]], x_title: str, number: str
) -> list[dict[str, Any]]:
    """Return a line for each named series, its numbers written as `number` says.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    if len(series) > len(COLOURS):
        raise ValueError(f"{len(COLOURS)} lines can be told apart, got {len(series)}")
    found = []
    for (name, values), colour, dash in zip(series.items(), COLOURS, DASHES, strict=False):
        if len(values) != len(x):
            raise ValueError(f"{name} has {len(values)} values for {len(x)} places")
        found.append(
            {"type": "scatter", "x": list(x), "y": list(values), "name": name, "mode": "lines+markers",
             "line": {"color": colour, "dash": dash},
             "hovertemplate": f"{x_title} %{{x}} · %{{y:{number}}}<extra>%{{fullData.name}}</extra>"}
        )  # fmt: skip
    return found
