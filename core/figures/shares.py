"""Shares through training: a line with the band of its seeds, and the level that is to be reached."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.plain import axis
from core.figures.schedules import check, curve, over_steps

Band = tuple[float, float, float]
FILLS = ("rgba(140,140,140,0.22)", "rgba(0,114,178,0.22)", "rgba(213,94,0,0.22)", "rgba(0,158,115,0.22)")
LEVEL = "rgba(128,128,128,0.9)"


def reached_lines(
    steps: Sequence[int], series: Mapping[str, Sequence[Band]], levels: tuple[float, float], x_title: str, y_title: str,
    until: int | None = None,
) -> go.Figure:  # fmt: skip
    """Draw each named series of (lowest, mean, highest), shares from 0 to 1, as a line in its band.

    `levels` are the share to be reached and that of chance; each is a line across. `until` is the last step to come,
    by default the last that there is.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    across = [
        {"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": level, "y1": level, "yref": "y",
         "line": {"color": LEVEL, "width": 1.5, "dash": dash}}
        for level, dash in zip(levels, ("dash", "dot"), strict=True)
    ]  # fmt: skip
    along = axis(x_title, range=[steps[0], steps[-1] if until is None else until])
    return over_steps(banded(steps, series, x_title, ".1%"), along, y_title, shapes=across)


def banded(
    steps: Sequence[int], series: Mapping[str, Sequence[Band]], x_title: str, number: str
) -> list[dict[str, Any]]:
    """Return each named series of (lowest, mean, highest) as a band and its line, numbers written as `number` says.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    check(series)
    found = []
    for place, (name, bands) in enumerate(series.items()):
        if len(bands) != len(steps):
            raise ValueError(f"{name} has {len(bands)} values for {len(steps)} steps")
        low, mean, high = zip(*bands, strict=True)
        band = {
            "type": "scatter", "x": [*steps, *reversed(steps)], "y": [*high, *reversed(low)], "mode": "lines",
            "line": {"width": 0}, "fill": "toself", "fillcolor": FILLS[place], "hoverinfo": "skip", "showlegend": False,
        }  # fmt: skip
        found += [band, curve(steps, mean, name, place, f"{x_title} %{{x}} · %{{y:{number}}}")]
    return found
