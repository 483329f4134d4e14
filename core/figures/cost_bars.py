"""What the parts of a model cost, as bars: the numbers they hold, and the multiplications of a pass."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.lines import COLOURS
from core.figures.readable import readable

GRID = "rgba(128,128,128,0.25)"
BY_LENGTH, BY_PAIRS, HELD = COLOURS


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
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06, subplot_titles=titles)
    drawn = (
        (1, parameters, HELD, titles[0], False),
        (2, by_length, BY_LENGTH, names[0], True),
        (2, by_pairs, BY_PAIRS, names[1], True),
    )
    for column, costs, colour, name, legend in drawn:
        figure.add_bar(
            x=list(costs), y=list(labels), orientation="h", marker_color=colour, name=name, showlegend=legend,
            hovertemplate=f"%{{y}}: %{{x:,}}<extra>{name}</extra>", row=1, col=column,
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=max(280, 100 + 26 * len(labels)), margin={"l": 8, "r": 16, "t": 56, "b": 8},
        template="none", bargap=0.3, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )  # fmt: skip
    figure.update_annotations(font_size=13)
    figure.update_xaxes(tickformat="~s", gridcolor=GRID, zeroline=False, rangemode="tozero", nticks=4, tickangle=0)
    figure.update_yaxes(autorange="reversed", automargin=True, ticksuffix="  ", col=1)
    figure.update_yaxes(autorange="reversed", col=2)
    readable(figure)
    return figure
