"""Rewards: drawn outputs beside their baseline, what a step does to them, and the stairs that have no slope."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.draws import shortened
from core.figures.readable import LEAST, readable
from core.figures.schedules import COLOURS, DASHES, GRID, check
from core.figures.shares import FILLS

# Blue and vermilion of Okabe & Ito 2008: told apart by colour-blind eyes.
UP, DOWN, EVEN = "#0072b2", "#d55e00", "#8c8c8c"
LINE = "rgba(128,128,128,0.9)"
LEAST_ROWS = 5
Band = tuple[float, float, float]


def signed_bars(
    outputs: Sequence[str], start: float, ends: Sequence[float], signs: Sequence[float],
    columns: Mapping[str, Sequence[str]], titles: tuple[str, str],
) -> go.Figure:  # fmt: skip
    """Draw for each output a bar from `start` to its own end, and its numbers in columns beside it.

    The colour is that of the sign: blue above 0, vermilion below, grey at 0. `titles` are those of the axis and of the
    line at `start`.

    Raises: ValueError if lists differ in length.
    """
    lengths = {len(outputs), len(ends), len(signs), *map(len, columns.values())}
    if len(lengths) != 1:
        raise ValueError(f"{len(outputs)} outputs need as many bars, signs and numbers, got {sorted(lengths)}")
    places, rows = list(range(len(outputs))), max(LEAST_ROWS, len(outputs))
    colours = [UP if sign > 0 else DOWN if sign < 0 else EVEN for sign in signs]
    figure = make_subplots(rows=1, cols=2, column_widths=[0.42, 0.58], shared_yaxes=True, horizontal_spacing=0.02)
    figure.add_bar(
        x=[end - start for end in ends], base=start, y=places, orientation="h", marker_color=colours,
        customdata=list(zip(outputs, ends, strict=True)),
        hovertemplate=f"%{{customdata[0]}}<br>{titles[0]}: %{{customdata[1]:.3f}}<extra></extra>",
    )  # fmt: skip
    still = [place for place in places if ends[place] == start]
    figure.add_scatter(
        x=[start] * len(still), y=still, mode="markers", marker={"color": EVEN, "size": 9},
        customdata=[outputs[place] for place in still],
        hovertemplate=f"%{{customdata}}<br>{titles[0]}: %{{x:.3f}}<extra></extra>",
    )  # fmt: skip
    rights = [column + 1.0 for column in range(len(columns) - 1)] + [len(columns) + 0.35]
    for right, (name, texts) in zip(rights, columns.items(), strict=True):
        figure.add_scatter(
            x=[right] * len(places), y=places, mode="text", text=list(texts), textposition="middle left",
            textfont_size=13, hoverinfo="skip", name=name, row=1, col=2,
        )  # fmt: skip
        figure.add_annotation(
            x=right, y=-0.75, text=name, showarrow=False, xanchor="right", yanchor="bottom", font_size=LEAST,
            row=1, col=2,
        )  # fmt: skip
    figure.add_vline(x=start, line={"color": LINE, "width": 1.5, "dash": "dash"}, col=1)
    anchor = "right" if 2 * start > min([start, *ends]) + max([start, *ends]) else "left"
    figure.add_annotation(
        x=start, y=-0.75, text=titles[1], showarrow=False, xanchor=anchor, yanchor="bottom", font_size=LEAST
    )
    figure.update_layout(
        height=84 + 23 * rows, margin={"l": 8, "r": 8, "t": 24, "b": 8}, bargap=0.35, template="none",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", showlegend=False,
    )  # fmt: skip
    low, high = min([start, *ends]), max([start, *ends])
    room = 0.06 * (high - low) or 0.5
    figure.update_xaxes(
        title=titles[0],
        gridcolor=GRID,
        zeroline=False,
        automargin=True,
        range=[low - room, high + room],
        nticks=6,
        col=1,
    )
    figure.update_xaxes(visible=False, range=[0, rights[-1] + 0.05], col=2)
    figure.update_yaxes(
        range=[rows - 0.4, -0.8], automargin=True, ticksuffix="  ", tickvals=places, zeroline=False,
        showgrid=False, ticktext=[shortened(output or "∅") for output in outputs],
    )  # fmt: skip
    readable(figure)
    return figure


def stairs(
    offsets: Sequence[float], steps: Sequence[float], smooth: Sequence[float],
    slopes: tuple[Sequence[float | None], Sequence[float]], at: float, titles: tuple[str, str, str, str, str],
) -> go.Figure:  # fmt: skip
    """Draw what moves in stairs and what moves smoothly, and below them the slope of each; mark one place.

    The stairs' slope is None where they jump: there a cross stands in place of a line. `titles` are those of the
    horizontal axis, both vertical ones, the stairs and the smooth curve.

    Raises: ValueError if the lists differ in length.
    """
    if not len(offsets) == len(steps) == len(smooth) == len(slopes[0]) == len(slopes[1]):
        raise ValueError(f"{len(offsets)} offsets need as many values and slopes")
    x_title, value_title, slope_title, step_name, smooth_name = titles
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.6, 0.4])
    drawn = ((1, steps, smooth, "hvh"), (2, *slopes, "linear"))
    for row, of_steps, of_smooth, shape in drawn:
        for name, values, colour, dash, kind in (
            (step_name, of_steps, DOWN, "solid", shape),
            (smooth_name, of_smooth, UP, "dash", "linear"),
        ):
            figure.add_scatter(
                x=list(offsets), y=list(values), name=name, mode="lines", showlegend=row == 1,
                line={"color": colour, "dash": dash, "width": 2.5, "shape": kind},
                hovertemplate=f"%{{x:+.1f}}: %{{y:.3f}}<extra>{name}</extra>", row=row, col=1,
            )  # fmt: skip
    jumps = [offset for offset, slope in zip(offsets, slopes[0], strict=True) if slope is None]
    figure.add_scatter(
        x=jumps, y=[0] * len(jumps), mode="markers", marker={"symbol": "x", "size": 9, "color": DOWN},
        showlegend=False, hovertemplate=f"%{{x:+.1f}}<extra>{step_name}</extra>", row=2, col=1,
    )  # fmt: skip
    figure.add_vline(x=at, line={"color": LINE, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        height=380, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )  # fmt: skip
    figure.update_xaxes(gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_xaxes(title=x_title, row=2)
    figure.update_yaxes(gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(title=value_title, row=1)
    figure.update_yaxes(title=slope_title, zeroline=True, zerolinecolor=GRID, row=2)
    readable(figure)
    return figure


def band_lines(
    steps: Sequence[int], series: Mapping[str, Sequence[Band]], x_title: str, y_title: str, number: str
) -> go.Figure:
    """Draw each named series of (lowest, mean, highest) as a line in its band, its numbers written as `number` says.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    check(series)
    figure = go.Figure()
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
    figure.update_layout(
        height=240, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )  # fmt: skip
    figure.update_xaxes(title=x_title, automargin=True, gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title=y_title, tickformat=number, automargin=True, gridcolor=GRID, zeroline=False)
    readable(figure)
    return figure
