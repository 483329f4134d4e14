"""Rewards: drawn outputs beside their baseline, what a step does to them, and the stairs that have no slope."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.draws import shortened
from core.figures.readable import ABOVE, LEAST, readable
from core.figures.schedules import GRID
from core.figures.shares import Band, add_bands

# Blue and vermilion of Okabe & Ito 2008: told apart by colour-blind eyes.
UP, DOWN, EVEN = "#0072b2", "#d55e00", "#8c8c8c"
LINE = "rgba(128,128,128,0.9)"
LEAST_ROWS = 5


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
    rows = max(LEAST_ROWS, len(outputs))
    figure = make_subplots(rows=1, cols=2, column_widths=[0.42, 0.58], shared_yaxes=True, horizontal_spacing=0.02)
    add_bars(figure, outputs, start, ends, signs, titles[0])
    width = add_columns(figure, columns)
    add_start(figure, start, ends, titles[1])
    figure.update_layout(
        height=84 + 23 * rows, margin={"l": 8, "r": 8, "t": 24, "b": 8}, bargap=0.35, template="none",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", showlegend=False,
    )  # fmt: skip
    low, high = min([start, *ends]), max([start, *ends])
    room = 0.06 * (high - low) or 0.5
    figure.update_xaxes(
        title=titles[0], gridcolor=GRID, zeroline=False, automargin=True, range=[low - room, high + room], nticks=6,
        col=1,
    )  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, width], col=2)
    figure.update_yaxes(
        range=[rows - 0.4, -0.8], automargin=True, ticksuffix="  ", tickvals=list(range(len(outputs))), zeroline=False,
        showgrid=False, ticktext=[shortened(output or "∅") for output in outputs],
    )  # fmt: skip
    readable(figure)
    return figure


def add_bars(
    figure: go.Figure, outputs: Sequence[str], start: float, ends: Sequence[float], signs: Sequence[float], title: str
) -> None:
    """Add a bar for each output, coloured by its sign, and a dot where it has no length."""
    figure.add_bar(
        x=[end - start for end in ends], base=start, y=list(range(len(outputs))), orientation="h",
        marker_color=[UP if sign > 0 else DOWN if sign < 0 else EVEN for sign in signs],
        customdata=list(zip(outputs, ends, strict=True)),
        hovertemplate=f"%{{customdata[0]}}<br>{title}: %{{customdata[1]:.3f}}<extra></extra>",
    )  # fmt: skip
    still = [place for place, end in enumerate(ends) if end == start]
    figure.add_scatter(
        x=[start] * len(still), y=still, mode="markers", marker={"color": EVEN, "size": 9},
        customdata=[outputs[place] for place in still],
        hovertemplate=f"%{{customdata}}<br>{title}: %{{x:.3f}}<extra></extra>",
    )  # fmt: skip


def add_columns(figure: go.Figure, columns: Mapping[str, Sequence[str]]) -> float:
    """Add numbers as columns of text in the right half, the last one set apart; return how wide they are together."""
    rights = [column + 1.0 for column in range(len(columns) - 1)] + [len(columns) + 0.35]
    for right, (name, texts) in zip(rights, columns.items(), strict=True):
        figure.add_scatter(
            x=[right] * len(texts), y=list(range(len(texts))), mode="text", text=list(texts),
            textposition="middle left", textfont_size=13, hoverinfo="skip", name=name, row=1, col=2,
        )  # fmt: skip
        figure.add_annotation(
            x=right, y=-0.75, text=name, showarrow=False, xanchor="right", yanchor="bottom", font_size=LEAST,
            row=1, col=2,
        )  # fmt: skip
    return rights[-1] + 0.05


def add_start(figure: go.Figure, start: float, ends: Sequence[float], title: str) -> None:
    """Mark where all bars begin, its title on the side that has more room."""
    figure.add_vline(x=start, line={"color": LINE, "width": 1.5, "dash": "dash"}, col=1)
    anchor = "right" if 2 * start > min([start, *ends]) + max([start, *ends]) else "left"
    figure.add_annotation(
        x=start, y=-0.75, text=title, showarrow=False, xanchor=anchor, yanchor="bottom", font_size=LEAST
    )


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
    add_pair(figure, 1, offsets, {step_name: steps, smooth_name: smooth}, "hvh")
    add_pair(figure, 2, offsets, {step_name: slopes[0], smooth_name: slopes[1]}, "linear")
    jumps = [offset for offset, slope in zip(offsets, slopes[0], strict=True) if slope is None]
    figure.add_scatter(
        x=jumps, y=[0] * len(jumps), mode="markers", marker={"symbol": "x", "size": 9, "color": DOWN},
        showlegend=False, hovertemplate=f"%{{x:+.1f}}<extra>{step_name}</extra>", row=2, col=1,
    )  # fmt: skip
    figure.add_vline(x=at, line={"color": LINE, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        height=380, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend=ABOVE,
    )  # fmt: skip
    figure.update_xaxes(gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_xaxes(title=x_title, row=2)
    figure.update_yaxes(gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(title=value_title, row=1)
    figure.update_yaxes(title=slope_title, zeroline=True, zerolinecolor=GRID, row=2)
    readable(figure)
    return figure


def add_pair(
    figure: go.Figure, row: int, x: Sequence[float], lines: Mapping[str, Sequence[float | None]], shape: str
) -> None:
    """Add the two lines of a row, the first one of this shape; the first row's are in the legend."""
    for (name, values), colour, dash, drawn_as in zip(
        lines.items(), (DOWN, UP), ("solid", "dash"), (shape, "linear"), strict=True
    ):
        figure.add_scatter(
            x=list(x), y=list(values), name=name, mode="lines", showlegend=row == 1,
            line={"color": colour, "dash": dash, "width": 2.5, "shape": drawn_as},
            hovertemplate=f"%{{x:+.1f}}: %{{y:.3f}}<extra>{name}</extra>", row=row, col=1,
        )  # fmt: skip


def band_lines(
    steps: Sequence[int], series: Mapping[str, Sequence[Band]], x_title: str, y_title: str, number: str
) -> go.Figure:
    """Draw each named series of (lowest, mean, highest) as a line in its band, its numbers written as `number` says.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    figure = go.Figure()
    add_bands(figure, steps, series, x_title, number)
    figure.update_layout(
        height=240, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", legend=ABOVE,
    )  # fmt: skip
    figure.update_xaxes(title=x_title, automargin=True, gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title=y_title, tickformat=number, automargin=True, gridcolor=GRID, zeroline=False)
    readable(figure)
    return figure
