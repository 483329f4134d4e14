"""Figures that are there to be read, on a projector too."""

import plotly.graph_objects as go

LEAST = 12
# Told from the edge of the figure: told from its axes, Plotly leaves a legend among them when a narrow figure grows.
ABOVE = {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top"}


def readable(figure: go.Figure) -> None:
    """Give axes, legend and bars of a figure type that can be read, which the page’s theme would make smaller.

    Axes stay as they are drawn: nobody drags them by mistake, and what one would drag need not be built.

    Units: px
    """
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickfont_size=LEAST, title_font_size=LEAST + 1, fixedrange=True)
    figure.update_layout(legend_font_size=LEAST, dragmode=False)
    figure.update_traces(textfont_size=LEAST, selector={"type": "bar"})
