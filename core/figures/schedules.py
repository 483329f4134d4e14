"""Curves of several schedules: as they were set, and what came of each, with the spread over seeds."""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.readable import ABOVE, readable

# Black or white would drown in one of the themes; these are of Okabe & Ito 2008, told apart by colour-blind eyes.
COLOURS = ("#8c8c8c", "#0072b2", "#d55e00", "#009e73")
DASHES = ("solid", "dash", "dot", "dashdot")
MARKS = ("circle", "square", "diamond", "triangle-up")
HIGH = 0.75
GRID = "rgba(128,128,128,0.25)"


def spread_lines(
    x: Sequence[int], series: Mapping[str, tuple[Sequence[float], Sequence[float | None]]], x_title: str, y_title: str
) -> go.Figure:
    """Draw each named series of shares, from 0 to 1, as a line of means with a bar of spread at each.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    check(series)
    figure = go.Figure()
    for number, (name, (means, spreads)) in enumerate(series.items()):
        if not len(x) == len(means) == len(spreads):
            raise ValueError(f"{name} has {len(means)} means and {len(spreads)} spreads for {len(x)} places")
        bars = [spread or 0 for spread in spreads]
        figure.add_scatter(
            x=[place + 0.06 * (number - (len(series) - 1) / 2) for place in x], y=list(means), name=name,
            mode="lines+markers", line={"color": COLOURS[number], "dash": DASHES[number]},
            marker={"symbol": MARKS[number], "size": 8}, customdata=list(zip(x, bars, strict=True)),
            error_y={"type": "data", "array": bars, "thickness": 1.2, "width": 3},
            hovertemplate=f"{x_title} %{{customdata[0]}}: %{{y:.1%}} ± %{{customdata[1]:.1%}}<extra>{name}</extra>",
        )  # fmt: skip
    lowest = min((mean for means, _ in series.values() for mean in means), default=0)
    # Where all shares are high, the axis begins below the lowest of them, or the lines would lie on each other.
    bottom = -0.03 if lowest < HIGH else math.floor(20 * lowest) / 20 - 0.02
    return styled(figure, x_title, y_title, dtick=1).update_yaxes(range=[bottom, 1 + (1 - bottom) * 0.05])


def decay_curves(
    steps: Sequence[int], shares: Mapping[str, Sequence[float]], x_title: str, y_title: str, at: int
) -> go.Figure:
    """Draw how each named share decays over the steps, and mark one of these.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    check(shares)
    figure = go.Figure()
    for number, (name, values) in enumerate(shares.items(), start=1 if len(shares) < len(COLOURS) else 0):
        if len(values) != len(steps):
            raise ValueError(f"{name} has {len(values)} values for {len(steps)} steps")
        figure.add_scatter(
            x=list(steps), y=list(values), name=name, mode="lines",
            line={"color": COLOURS[number], "dash": DASHES[number], "width": 2.5},
            hovertemplate=f"{x_title} %{{x}}: %{{y:.1%}}<extra>{name}</extra>",
        )  # fmt: skip
    figure.add_vline(x=at, line={"color": "rgba(128,128,128,0.8)", "width": 1.5, "dash": "dot"})
    return styled(figure, x_title, y_title)


def check(series: Mapping[str, object]) -> None:
    """Raise ValueError if there are more series than can be told apart."""
    if len(series) > len(COLOURS):
        raise ValueError(f"{len(COLOURS)} curves can be told apart, got {len(series)}")


def styled(figure: go.Figure, x_title: str, y_title: str, dtick: int | None = None) -> go.Figure:
    """Give a figure of shares its axes and legend."""
    figure.update_layout(
        height=300, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend=ABOVE,
    )  # fmt: skip
    figure.update_xaxes(title=x_title, automargin=True, gridcolor=GRID, zeroline=False, dtick=dtick)
    figure.update_yaxes(
        title=y_title, tickformat=".0%", range=[-0.03, 1.05], automargin=True, gridcolor=GRID, zeroline=False
    )
    readable(figure)
    return figure
