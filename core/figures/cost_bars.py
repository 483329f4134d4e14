"""The costs of the parts of a model, as bars: the numbers they hold, and the multiplications of a pass."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.lines import COLOURS
from core.figures.plain import axis, beside, heading, label_axis, plain

BY_LENGTH, BY_PAIRS, HELD = COLOURS
LEFT, RIGHT = (0, 0.47), (0.53, 1)


def cost_bars(
    labels: Sequence[str], parameters: Sequence[int], by_length: Sequence[int], by_pairs: Sequence[int],
    titles: tuple[str, str], names: tuple[str, str],
) -> go.Figure:  # fmt: skip
    """Draw two charts with a bar a part: parameters; and multiplications, those of pairs stacked on those by length.

    `titles` are those of the charts, `names` those of the two kinds of multiplications.

    Raises: ValueError if the lists differ in length or a cost is negative.
    """
    if not len(labels) == len(parameters) == len(by_length) == len(by_pairs):
        raise ValueError(f"{len(labels)} labels need as many costs")
    if any(cost < 0 for costs in (parameters, by_length, by_pairs) for cost in costs):
        raise ValueError("a cost is never negative")
    drawn = (
        ("", parameters, HELD, titles[0]),
        ("2", by_length, BY_LENGTH, names[0]),
        ("2", by_pairs, BY_PAIRS, names[1]),
    )
    bars = [
        {"type": "bar", "orientation": "h", "x": list(costs), "y": list(labels), "xaxis": f"x{number}",
         "yaxis": f"y{number}", "name": name, "marker": {"color": colour}, "showlegend": bool(number),
         "hovertemplate": "%{y} · %{x:,}<extra>%{fullData.name}</extra>"}
        for number, costs, colour, name in drawn
    ]  # fmt: skip
    along = axis(tickformat="~s", rangemode="tozero", nticks=4, tickangle=0)
    return plain(
        bars, max(280, 100 + 26 * len(labels)), {"l": beside(labels), "r": 18, "t": 56},
        {"traceorder": "normal"}, barmode="stack", bargap=0.3,
        annotations=[heading(title, sum(half) / 2) for title, half in zip(titles, (LEFT, RIGHT), strict=True)],
        xaxis=along | {"domain": LEFT}, xaxis2=along | {"domain": RIGHT, "anchor": "y2"},
        yaxis=label_axis(), yaxis2=label_axis(anchor="x2", matches="y", showticklabels=False),
    )  # fmt: skip
