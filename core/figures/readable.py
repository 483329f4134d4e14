"""Text in figures that can be read on a projector."""

import plotly.graph_objects as go

LEAST = 12


def readable(figure: go.Figure) -> None:
    """Give axes and legend of a figure type of a size that can be read, which the page's theme would make smaller.

    Units: px
    """
    figure.update_xaxes(tickfont_size=LEAST, title_font_size=LEAST + 1)
    figure.update_yaxes(tickfont_size=LEAST, title_font_size=LEAST + 1)
    figure.update_layout(legend_font_size=LEAST)
