"""Rewards: drawn outputs beside their baseline, what a step does to them, and the stairs that have no slope."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.plain import GRID, LEAST, axis, beside, label_axis, plain, upright
from core.figures.shares import Band, banded

# Blue and vermilion of Okabe & Ito 2008: told apart by colour-blind eyes.
UP, DOWN, EVEN = "#0072b2", "#d55e00", "#8c8c8c"
LINE = {"color": "rgba(128,128,128,0.9)", "width": 1.5}
LEAST_ROWS = 5
LONGEST = 36
# Of the width, what bars and numbers take; of the height, what curves and slopes take.
BARS, NUMBERS = (0, 0.36), (0.38, 1)
CURVES, SLOPES = (0.448, 1), (0, 0.368)


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
    low, high = min([start, *ends]), max([start, *ends])
    room = 0.06 * (high - low) or 0.5
    texts, heads, width = columns_of(columns)
    anchor = "right" if 2 * start > low + high else "left"  # on the side that has more room
    names = [shortened(output or "∅") for output in outputs]
    down = label_axis(
        autorange=False, range=[rows - 0.4, -0.8], tickvals=list(range(len(outputs))), ticktext=names, zeroline=False,
        showgrid=False,
    )  # fmt: skip
    return plain(
        [*bars_of(outputs, start, ends, signs, titles[0]), *texts], 84 + 23 * rows, {"l": beside(names), "t": 24},
        bargap=0.35, showlegend=False, shapes=[upright(start, LINE | {"dash": "dash"})],
        annotations=[*heads, above(start, titles[1], anchor)],
        xaxis=axis(titles[0], domain=BARS, range=[low - room, high + room], nticks=6), yaxis=down,
        xaxis2={"domain": NUMBERS, "anchor": "y2", "visible": False, "fixedrange": True, "range": [0, width]},
        yaxis2=down | {"anchor": "x2", "matches": "y", "showticklabels": False},
    )  # fmt: skip


def shortened(text: str) -> str:
    """Return a text that fits beside a bar: a long one loses its middle."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"


def bars_of(
    outputs: Sequence[str], start: float, ends: Sequence[float], signs: Sequence[float], title: str
) -> list[dict[str, Any]]:
    """Return a bar for each output, coloured by its sign, and a dot where it has no length."""
    bars = {
        "type": "bar", "orientation": "h", "x": [end - start for end in ends], "base": start,
        "y": list(range(len(outputs))),
        "marker": {"color": [UP if sign > 0 else DOWN if sign < 0 else EVEN for sign in signs]},
        "customdata": list(zip(outputs, ends, strict=True)),
        "hovertemplate": f"%{{customdata[0]}}<br>{title} · %{{customdata[1]:.3f}}<extra></extra>",
    }  # fmt: skip
    still = [place for place, end in enumerate(ends) if end == start]
    dots = {
        "type": "scatter", "mode": "markers", "x": [start] * len(still), "y": still,
        "marker": {"color": EVEN, "size": 9}, "customdata": [outputs[place] for place in still],
        "hovertemplate": f"%{{customdata}}<br>{title} · %{{x:.3f}}<extra></extra>",
    }  # fmt: skip
    return [bars, dots]


def columns_of(columns: Mapping[str, Sequence[str]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
    """Return columns of numbers for the right half, the last one set apart, what stands above, and their width."""
    rights = [column + 1.0 for column in range(len(columns) - 1)] + [len(columns) + 0.35]
    texts = [
        {"type": "scatter", "mode": "text", "x": [right] * len(column), "y": list(range(len(column))),
         "text": list(column), "textposition": "middle left", "textfont": {"size": LEAST + 1}, "hoverinfo": "skip",
         "name": name, "xaxis": "x2", "yaxis": "y2"}
        for right, (name, column) in zip(rights, columns.items(), strict=True)
    ]  # fmt: skip
    heads = [above(right, name, "right", "2") for right, name in zip(rights, columns, strict=True)]
    return texts, heads, rights[-1] + 0.05


def above(place: float, text: str, anchor: str, end: str = "") -> dict[str, Any]:
    """Return a text above all rows, at a place of the axes with this number."""
    return {
        "text": text, "font": {"size": LEAST}, "showarrow": False, "x": place, "xref": f"x{end}", "xanchor": anchor,
        "y": -0.75, "yref": f"y{end}", "yanchor": "bottom",
    }  # fmt: skip


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
    jumps = [offset for offset, slope in zip(offsets, slopes[0], strict=True) if slope is None]
    crosses = {
        "type": "scatter", "mode": "markers", "x": jumps, "y": [0] * len(jumps), "xaxis": "x2", "yaxis": "y2",
        "marker": {"symbol": "x", "size": 9, "color": DOWN}, "showlegend": False,
        "name": step_name, "hovertemplate": "%{x:+.1f}<extra>%{fullData.name}</extra>",
    }  # fmt: skip
    curves = pair("", offsets, {step_name: steps, smooth_name: smooth}, "hvh")
    below = pair("2", offsets, {step_name: slopes[0], smooth_name: slopes[1]}, "linear")
    return plain(
        [*curves, *below, crosses], 380, {"r": 15},
        shapes=[upright(at, LINE | {"dash": "dot"}, end) for end in ("", "2")],
        xaxis=axis(matches="x2", showticklabels=False), yaxis=axis(value_title, domain=CURVES),
        xaxis2=axis(x_title, anchor="y2"),
        yaxis2=axis(slope_title, domain=SLOPES, anchor="x2", zeroline=True, zerolinecolor=GRID),
    )  # fmt: skip


def pair(end: str, x: Sequence[float], lines: Mapping[str, Sequence[float | None]], shape: str) -> list[dict[str, Any]]:
    """Return the two lines on the axes with this number, the first one of this shape; the legend has those of one."""
    return [
        {"type": "scatter", "mode": "lines", "x": list(x), "y": list(values), "xaxis": f"x{end}", "yaxis": f"y{end}",
         "name": name, "showlegend": not end,
         "line": {"color": colour, "dash": dash, "width": 2.5, "shape": drawn_as},
         "hovertemplate": "%{x:+.1f} · %{y:.3f}<extra>%{fullData.name}</extra>"}
        for (name, values), colour, dash, drawn_as in zip(
            lines.items(), (DOWN, UP), ("solid", "dash"), (shape, "linear"), strict=True
        )
    ]  # fmt: skip


def band_lines(
    steps: Sequence[int], series: Mapping[str, Sequence[Band]], x_title: str, y_title: str, number: str
) -> go.Figure:
    """Draw each named series of (lowest, mean, highest) as a line in its band, its numbers written as `number` says.

    Raises: ValueError if a series is not as long as the steps, or there are more than can be told apart.
    """
    return plain(
        banded(steps, series, x_title, number), height=240, xaxis=axis(x_title),
        yaxis=axis(y_title, tickformat=number),
    )  # fmt: skip
