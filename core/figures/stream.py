"""The lengths of a stream's vectors, sub-layer by sub-layer, for one model or for two beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.figures.lines import COLOURS, DASHES
from core.figures.plain import FREE, axis, heading, plain

GAP = 0.04
# px: for a letter of a place's name, and for a scale of two digits with its title
LETTER, LEFT = 7, 67
GOES_ON, HERE = "rgba(128,128,128,0.45)", "rgba(128,128,128,0.15)"


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """Hold what one chart shows: a number for each place in every series, None where there is none.

    `goes_on` is drawn as a broad band beneath the others; `here` are the first and last place to shade, counted from 0.
    """

    title: str
    places: Sequence[str]
    goes_on: Sequence[float]
    series: Mapping[str, Sequence[float | None]]
    here: tuple[int, int] | None = None


def length_lines(charts: Sequence[Lengths], goes_on: str, y_title: str, height: int = 300) -> go.Figure:
    """Draw one chart a model, all on one scale.

    Raises: ValueError if there is no chart, or if a series does not have a number for each place.
    """
    if not charts:
        raise ValueError("there is no chart to draw")
    for chart in charts:
        if any(len(values) != len(chart.places) for values in (chart.goes_on, *chart.series.values())):
            raise ValueError(f"every series of “{chart.title}” needs {len(chart.places)} values")
    all_axes: dict[str, Any] = {}
    traces, titles, shades, left = [], [], [], 0.0
    room = (1 - GAP * (len(charts) - 1)) / sum(len(chart.places) + 1 for chart in charts)
    for number, chart in enumerate(charts, start=1):
        width = room * (len(chart.places) + 1)
        end = "" if number == 1 else str(number)
        traces += lines(chart, end, goes_on)
        all_axes |= axes(chart, end, (left, left + width), y_title)
        titles.append(heading(chart.title, left + width / 2))
        if chart.here is not None:
            shades.append(shade(chart.here, end))
        left += width + GAP
    below = FREE + LETTER * max(len(place) for chart in charts for place in chart.places)
    return plain(traces, height, {"l": LEFT, "t": 78, "b": below}, annotations=titles, shapes=shades, **all_axes)


def shade(here: tuple[int, int], end: str) -> dict[str, Any]:
    """Return the shade behind some places of a chart."""
    place = {"x0": here[0] - 0.5, "x1": here[1] + 0.5, "y0": 0, "y1": 1, "xref": f"x{end}", "yref": f"y{end} domain"}
    return {"type": "rect", "fillcolor": HERE, "line": {"width": 0}, "layer": "below", **place}


def lines(chart: Lengths, end: str, goes_on: str) -> list[dict[str, Any]]:
    """Return the lines of one model; the first one's stand in the legend for all."""
    places = list(chart.places)
    usual = {
        "type": "scatter", "x": list(range(len(places))), "xaxis": f"x{end}", "yaxis": f"y{end}",
        "showlegend": not end,
    }  # fmt: skip
    band = {"name": goes_on, "legendgroup": goes_on, "y": list(chart.goes_on), "mode": "lines", "hoverinfo": "skip"}
    found = [usual | band | {"line": {"color": GOES_ON, "width": 9}}]
    for (name, values), colour, dash in zip(chart.series.items(), COLOURS, DASHES, strict=True):
        if all(value is None for value in values) and end:
            continue
        line = {"name": name, "legendgroup": name, "y": list(values), "mode": "lines+markers"}
        hover = {"customdata": places, "hovertemplate": "%{customdata} · %{y:.2f}<extra>%{fullData.name}</extra>"}
        found.append(usual | line | hover | {"line": {"color": colour, "dash": dash}})
    return found


def axes(chart: Lengths, end: str, domain: tuple[float, float], y_title: str) -> dict[str, Any]:
    """Return the axes of one model, with this number; all share the first one's scale."""
    x = list(range(len(chart.places)))
    across = axis(
        domain=domain, anchor=f"y{end}", tickvals=x, ticktext=list(chart.places), tickangle=-90,
        range=[-0.5, len(x) - 0.5],
    )  # fmt: skip
    own = {"matches": "y", "showticklabels": False} if end else {}
    up = axis(None if end else y_title, anchor=f"x{end}", rangemode="tozero", **own)
    return {f"xaxis{end}": across, f"yaxis{end}": up}
