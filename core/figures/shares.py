"""Shares through training: a line with the band of its seeds, and the level that is to be reached."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.schedules import COLOURS, DASHES, check, styled

Band = tuple[float, float, float]
FILLS = ("rgba(140,140,140,0.22)", "rgba(0,114,178,0.22)", "rgba(213,94,0,0.22)", "rgba(0,158,115,0.22)")
LEVEL = "rgba(128,128,128,0.9)"


def reached_lines(
    steps: Sequence[int], series: Mapping[str, Sequence[Band]], levels: tuple[float, float], x_title: str, y_title: str
) -> go.Figure:
    """Draw each named series of (lowest, mean, highest), shares from 0 to 1, as a line in its band.

    `levels` are the share to be reached and that of chance; each is a line across.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    figure = go.Figure()
    add_bands(figure, steps, series, x_title, ".1%")
    styled(figure, x_title, y_title)
    for level, dash in zip(levels, ("dash", "dot"), strict=True):
        figure.add_hline(y=level, line={"color": LEVEL, "width": 1.5, "dash": dash})
    return figure


def add_bands(
    figure: go.Figure, steps: Sequence[int], series: Mapping[str, Sequence[Band]], x_title: str, number: str
) -> None:
    """Add each named series of (lowest, mean, highest) as a line in its band, its numbers written as `number` says.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    check(series)
    for place, (name, bands) in enumerate(series.items()):
        if len(bands) != len(steps):
            raise ValueError(f"{name} has {len(bands)} values for {len(steps)} steps")
        low, mean, high = zip(*bands, strict=True)
        figure.add_scatter(
            x=[*steps, *reversed(steps)], y=[*high, *reversed(low)], fill="toself", fillcolor=FILLS[place],
            line={"width": 0}, mode="lines", hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(
            x=list(steps), y=list(mean), name=name, mode="lines",
            line={"color": COLOURS[place], "dash": DASHES[place], "width": 2.5},
            hovertemplate=f"{x_title} %{{x}}: %{{y:{number}}}<extra>{name}</extra>",
        )  # fmt: skip
