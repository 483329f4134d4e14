"""Lines over numbers: how a quantity moves with a size."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.figures.lines import lines
from core.figures.plain import axis, plain, upright

MARK = {"color": "rgba(128,128,128,0.8)", "dash": "dot"}


def number_lines(
    x: Sequence[int], series: Mapping[str, Sequence[float]], titles: tuple[str, str], here: int | None = None,
    log: bool = False,
) -> go.Figure:  # fmt: skip
    """Draw a line for each named series; `titles` are those of the axes, `here` is a place to mark.

    Raises: ValueError if a series is not as long as `x`, or there are more than can be told apart.
    """
    scale = {"type": "log", "dtick": 1, "exponentformat": "SI"} if log else {"type": "linear"}
    across, up = (axis(title, **scale) for title in titles)
    marks = [] if here is None else [upright(here, MARK)]
    return plain(lines(x, series, titles[0], ".4~g"), height=280, shapes=marks, xaxis=across, yaxis=up)
