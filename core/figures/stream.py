"""The lengths of a stream's vectors, sub-layer by sub-layer, for one model or for two beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.figures.lines import COLOURS, DASHES
from core.figures.readable import LEAST

GAP = 0.04
# px: beside the chart, for a letter of a place's name, and for the scale with its title
BESIDE, LETTER, LEFT = 8, 7, 48
GRID = "rgba(128,128,128,0.25)"
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
    # The layout in one piece, since Plotly takes ten times as long to add to a figure part by part; margins that we
    # give, since the browser draws twice to find its own.
    below = BESIDE + LETTER * max(len(place) for chart in charts for place in chart.places)
    layout = {
        "height": height, "margin": {"l": LEFT, "r": BESIDE, "t": 56, "b": below}, "template": "none",
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "dragmode": False,
        "legend": {"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0, "font": {"size": LEAST}},
        "annotations": [], "shapes": [],
    }  # fmt: skip
    traces, left = [], 0.0
    room = (1 - GAP * (len(charts) - 1)) / sum(len(chart.places) + 1 for chart in charts)
    for number, chart in enumerate(charts, start=1):
        width = room * (len(chart.places) + 1)
        axis = "" if number == 1 else str(number)
        traces += lines(chart, axis, goes_on)
        layout |= axes(chart, axis, (left, left + width), y_title)
        layout["annotations"].append(title(chart, left + width / 2))
        if chart.here is not None:
            layout["shapes"].append(shade(chart.here, axis))
        left += width + GAP
    return go.Figure(traces, layout)


def title(chart: Lengths, middle: float) -> dict[str, Any]:
    """Return a chart's title, above it."""
    place = {"x": middle, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    return {"text": chart.title, "font": {"size": LEAST + 1}, "showarrow": False, **place}


def shade(here: tuple[int, int], axis: str) -> dict[str, Any]:
    """Return the shade behind some places of a chart."""
    place = {"x0": here[0] - 0.5, "x1": here[1] + 0.5, "y0": 0, "y1": 1, "xref": f"x{axis}", "yref": f"y{axis} domain"}
    return {"type": "rect", "fillcolor": HERE, "line": {"width": 0}, "layer": "below", **place}


def lines(chart: Lengths, axis: str, goes_on: str) -> list[dict[str, Any]]:
    """Return the lines of one model; the first one's stand in the legend for all."""
    places = list(chart.places)
    told = {
        "type": "scatter", "x": list(range(len(places))), "xaxis": f"x{axis}", "yaxis": f"y{axis}",
        "showlegend": not axis,
    }  # fmt: skip
    band = {"name": goes_on, "legendgroup": goes_on, "y": list(chart.goes_on), "mode": "lines", "hoverinfo": "skip"}
    found = [told | band | {"line": {"color": GOES_ON, "width": 9}}]
    for (name, values), colour, dash in zip(chart.series.items(), COLOURS, DASHES, strict=True):
        if all(value is None for value in values) and axis:
            continue
        line = {"name": name, "legendgroup": name, "y": list(values), "mode": "lines+markers"}
        hover = {"customdata": places, "hovertemplate": f"%{{customdata}}: %{{y:.2f}}<extra>{name}</extra>"}
        found.append(told | line | hover | {"line": {"color": colour, "dash": dash}})
    return found


def axes(chart: Lengths, axis: str, domain: tuple[float, float], y_title: str) -> dict[str, Any]:
    """Return the axes of one model; all share the first one's scale."""
    common = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "tickfont": {"size": LEAST}}
    x = list(range(len(chart.places)))
    across = {
        "domain": domain, "anchor": f"y{axis}", "tickvals": x, "ticktext": list(chart.places), "tickangle": -90,
        "range": [-0.5, len(x) - 0.5],
    }  # fmt: skip
    up = {"anchor": f"x{axis}", "rangemode": "tozero"}
    if axis:
        up |= {"matches": "y", "showticklabels": False}
    else:
        up |= {"title": {"text": y_title, "font": {"size": LEAST + 1}}}
    return {f"xaxis{axis}": common | across, f"yaxis{axis}": common | up}
