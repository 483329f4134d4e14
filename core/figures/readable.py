"""Text in figures that can be read on a projector."""

import plotly.graph_objects as go

LEAST = 12


def readable(figure: go.Figure) -> None:
    """Give axes, legend and bars of a figure type that can be read, which the page’s theme would make smaller.

    Units: px
    """
    figure.update_xaxes(tickfont_size=LEAST, title_font_size=LEAST + 1)
    figure.update_yaxes(tickfont_size=LEAST, title_font_size=LEAST + 1)
    figure.update_layout(legend_font_size=LEAST)
    figure.update_traces(textfont_size=LEAST, selector={"type": "bar"})
