"""Lines over numbers: how a quantity moves with a size."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.lines import COLOURS, DASHES
from core.figures.readable import ABOVE, readable

GRID = "rgba(128,128,128,0.25)"


def number_lines(
    x: Sequence[int], series: Mapping[str, Sequence[float]], titles: tuple[str, str], here: int | None = None,
    log: bool = False,
) -> go.Figure:  # fmt: skip
    """Draw a line for each named series; `titles` are those of the axes, `here` is a place to mark.

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
            hovertemplate=f"{titles[0]} %{{x}}: %{{y:.4~g}}<extra>{name}</extra>",
        )  # fmt: skip
    if here is not None:
        figure.add_vline(x=here, line={"color": "rgba(128,128,128,0.8)", "dash": "dot"})
    figure.update_layout(
        height=280, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend=ABOVE | {"x": 0},
    )  # fmt: skip
    kind = "log" if log else "linear"
    ticks = {"dtick": 1, "exponentformat": "SI"} if log else {}
    figure.update_xaxes(title=titles[0], type=kind, automargin=True, gridcolor=GRID, zeroline=False, **ticks)
    figure.update_yaxes(title=titles[1], type=kind, automargin=True, gridcolor=GRID, zeroline=False, **ticks)
    readable(figure)
    return figure
