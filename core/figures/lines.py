"""Lines over whole numbers: how a share changes with length, width or step."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.readable import ABOVE, readable

# Blue, orange and green of Okabe & Ito 2008, told apart by colour-blind eyes; further ones would need other marks.
COLOURS = ("#0072b2", "#d55e00", "#009e73")
DASHES = ("solid", "dash", "dot")
# Of so many whole numbers, each has a tick of its own.
MOST_TICKS = 16


def share_lines(x: Sequence[int], shares: Mapping[str, Sequence[float]], x_title: str) -> go.Figure:
    """Draw a line for each named series of shares, from 0 to 1.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    figure = lines(x, shares, x_title, ".2%")
    figure.update_yaxes(tickformat=".0%")
    return figure


def millisecond_lines(x: Sequence[int], times: Mapping[str, Sequence[float]], x_title: str, y_title: str) -> go.Figure:
    """Draw a line for each named series of milliseconds.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    figure = lines(x, times, x_title, ".2f")
    figure.update_yaxes(title=y_title)
    return figure


def lines(x: Sequence[int], series: Mapping[str, Sequence[float]], x_title: str, number: str) -> go.Figure:
    """Draw a line for each named series, its numbers written as `number` says.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    if len(series) > len(COLOURS):
        raise ValueError(f"{len(COLOURS)} lines can be told apart, got {len(series)}")
    figure = go.Figure()
    for (name, values), colour, dash in zip(series.items(), COLOURS, DASHES, strict=False):
        if len(values) != len(x):
            raise ValueError(f"{name} has {len(values)} values for {len(x)} places")
        figure.add_scatter(
            x=list(x), y=list(values), name=name, mode="lines+markers", line={"color": colour, "dash": dash},
            hovertemplate=f"{x_title} %{{x}}: %{{y:{number}}}<extra>{name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        height=300, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", showlegend=len(series) > 1,
        legend=ABOVE,
    )  # fmt: skip
    every = 1 if len(x) == 0 or max(x) - min(x) <= MOST_TICKS else None
    figure.update_xaxes(title=x_title, automargin=True, gridcolor="rgba(128,128,128,0.25)", zeroline=False, dtick=every)
    figure.update_yaxes(rangemode="tozero", automargin=True, gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    readable(figure)
    return figure
