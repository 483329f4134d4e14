"""The lengths of a stream's vectors, sub-layer by sub-layer, for one model or for two beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.lines import COLOURS, DASHES
from core.figures.readable import readable

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
    figure = make_subplots(
        rows=1, cols=len(charts), shared_yaxes=True, horizontal_spacing=0.04, subplot_titles=[c.title for c in charts],
        column_widths=[len(chart.places) + 1 for chart in charts],
    )  # fmt: skip
    for column, chart in enumerate(charts, start=1):
        if any(len(values) != len(chart.places) for values in (chart.goes_on, *chart.series.values())):
            raise ValueError(f"every series of “{chart.title}” needs {len(chart.places)} values")
        draw(figure, chart, column, goes_on)
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 56, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    figure.update_annotations(font_size=13)
    figure.update_yaxes(rangemode="tozero", gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(title=y_title, col=1)
    readable(figure)
    return figure


def draw(figure: go.Figure, chart: Lengths, column: int, goes_on: str) -> None:
    """Draw one model's chart into its column."""
    x = list(range(len(chart.places)))
    told = {"row": 1, "col": column}
    figure.add_scatter(
        x=x, y=list(chart.goes_on), name=goes_on, line={"color": GOES_ON, "width": 9}, mode="lines", hoverinfo="skip",
        showlegend=column == 1, legendgroup=goes_on, **told,
    )  # fmt: skip
    for (name, values), colour, dash in zip(chart.series.items(), COLOURS, DASHES, strict=True):
        if all(value is None for value in values) and column > 1:
            continue
        figure.add_scatter(
            x=x, y=list(values), name=name, mode="lines+markers", line={"color": colour, "dash": dash},
            customdata=list(chart.places), hovertemplate=f"%{{customdata}}: %{{y:.2f}}<extra>{name}</extra>",
            showlegend=column == 1, legendgroup=name, **told,
        )  # fmt: skip
    if chart.here is not None:
        first, last = chart.here
        figure.add_vrect(x0=first - 0.5, x1=last + 0.5, fillcolor=HERE, line_width=0, layer="below", **told)
    figure.update_xaxes(
        tickvals=x, ticktext=list(chart.places), tickangle=-90, range=[-0.5, len(x) - 0.5], gridcolor=GRID,
        zeroline=False, automargin=True, **told,
    )  # fmt: skip
