"""Positions drawn: an encoding's curves, its similarity by distance, scores by kind of position and by shift."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

import plotly.graph_objects as go

from core.figures.bars import bars_of, shares_axis
from core.figures.lines import COLOURS, DASHES, lines
from core.figures.plain import axis, beside, label_axis, plain, upright

MARK = {"color": "#cc79a7", "width": 1.5}
TRAINED, SWITCHED_OFF = "#0072b2", "#e69f00"


def encoding_curves(values: Mapping[str, Sequence[float]], marked: Sequence[int], x_title: str) -> go.Figure:
    """Draw a curve over positions, from 1, for each named dimension, with a dot on each at the marked positions.

    Raises: ValueError if there are more curves than can be told apart, or if they differ in length.
    """
    if len(values) > len(COLOURS) or len({len(curve) for curve in values.values()}) > 1:
        raise ValueError(f"up to {len(COLOURS)} curves of one length, got {[len(curve) for curve in values.values()]}")
    traces = []
    for (name, curve), colour, dash in zip(values.items(), COLOURS, DASHES, strict=False):
        usual = {"type": "scatter", "hovertemplate": "%{fullData.name} · p = %{x} · %{y:.4f}<extra></extra>"}
        line = {"x": list(range(1, len(curve) + 1)), "y": list(curve), "name": name, "mode": "lines"}
        line["line"] = {"color": colour, "dash": dash}
        dots = {"x": list(marked), "y": [curve[place - 1] for place in marked], "mode": "markers"}
        traces += [usual | line, usual | dots | {"marker": {"color": colour, "size": 9}, "showlegend": False}]
    marks = [upright(place, MARK) for place in marked]
    return plain(traces, 180, {"l": 38}, shapes=marks, xaxis=axis(x_title), yaxis=axis())


def band(
    middle: Sequence[float], lowest: Sequence[float], highest: Sequence[float], titles: tuple[str, str]
) -> go.Figure:
    """Draw a mean over whole numbers from 0, with all that lies between the lowest and the highest shaded.

    Raises: ValueError if the three differ in length.
    """
    if not len(middle) == len(lowest) == len(highest):
        raise ValueError(f"{len(middle)} means, {len(lowest)} lowest and {len(highest)} highest do not belong together")
    line: dict[str, Any] = {"type": "scatter", "mode": "lines", "showlegend": False}
    edge = line | {"line": {"width": 0}, "hoverinfo": "skip"}
    above = edge | {"y": list(highest)}
    below = edge | {"y": list(lowest), "fill": "tonexty", "fillcolor": "rgba(0,114,178,0.25)"}
    between = line | {
        "y": list(middle), "line": {"color": COLOURS[0]}, "customdata": list(zip(lowest, highest, strict=True)),
        "hovertemplate": "%{x} · %{y:.3f} (%{customdata[0]:.3f} – %{customdata[1]:.3f})<extra></extra>",
    }  # fmt: skip
    return plain([above, below, between], 180, {"l": 64}, xaxis=axis(titles[0]), yaxis=axis(titles[1]))


def kind_bars(
    labels: Sequence[str], trained: Sequence[Sequence[float]], off: Sequence[float | None], names: tuple[str, str]
) -> go.Figure:
    """Draw for each kind of position the mean share of its models with their spread, and below it the share without.

    `trained` holds a share for each seed, and the spread is their sample standard deviation; `off` is the share with
    positions switched off in a trained model, None where there is nothing to switch off; `names` says what the two are.

    Raises: ValueError if the three differ in length or a kind has no model.
    """
    if not len(labels) == len(trained) == len(off) or not all(trained):
        raise ValueError(f"{len(labels)} labels, {[len(shares) for shares in trained]} shares and {len(off)} without")
    means = [mean(shares) for shares in trained]
    spreads = [stdev(shares) if len(shares) > 1 else 0.0 for shares in trained]
    # The spaces keep clear of the bar that shows the spread.
    texts = [
        f"{at:.2%}" if not by else "\N{NO-BREAK SPACE}" * 4 + f"{at:.2%} ± {by:.2%}"
        for at, by in zip(means, spreads, strict=True)
    ]
    said_off = ["" if share is None else f"{share:.2%}" for share in off]
    common = {"y": list(labels), "hovertemplate": "%{y} · %{x:.3%}<extra>%{fullData.name}</extra>"}
    error = {"error_x": {"array": spreads, "thickness": 1.5}} if any(spreads) else {}
    bars = [
        bars_of(means, texts) | common | {"name": names[0], "marker": {"color": TRAINED}} | error,
        bars_of(off, said_off) | common | {"name": names[1], "marker": {"color": SWITCHED_OFF}},
    ]
    return plain(
        bars, 64 + 60 * len(labels), {"l": beside(labels), "r": 110}, barmode="group", bargap=0.25, xaxis=shares_axis(),
        yaxis=label_axis(showgrid=False, zeroline=False),
    )  # fmt: skip


def shift_lines(
    shifts: Sequence[int], shares: Mapping[str, Sequence[float | None]], marked: int | None, x_title: str
) -> go.Figure:
    """Draw a line of shares over shifts for each model; shifts stand evenly, and a line ends where there is no share.

    Raises: ValueError if a line is not as long as there are shifts, or there are more than can be told apart.
    """
    if len(shares) > len(COLOURS) or any(len(line) != len(shifts) for line in shares.values()):
        raise ValueError(f"up to {len(COLOURS)} lines of {len(shifts)}, got {[len(line) for line in shares.values()]}")
    traces = [
        {"type": "scatter", "x": [str(shift) for shift in shifts], "y": list(line), "name": name,
         "mode": "lines+markers", "line": {"color": colour, "dash": dash},
         "hovertemplate": f"{x_title} = %{{x}} · %{{y:.2%}}<extra>%{{fullData.name}}</extra>"}
        for (name, line), colour, dash in zip(shares.items(), COLOURS, DASHES, strict=False)
    ]  # fmt: skip
    marks = [upright(list(shifts).index(marked), MARK)] if marked is not None and marked in shifts else []
    return plain(
        traces, height=300, shapes=marks, xaxis=axis(x_title, type="category"),
        yaxis=axis(tickformat=".0%", range=[-0.02, 1.04]),
    )  # fmt: skip


def beyond_lines(
    lengths: Sequence[int], shares: Mapping[str, Sequence[float | None]], longest: int, x_title: str
) -> go.Figure:
    """Draw a line of shares over lengths for each named series, and mark where those end that training saw.

    A line goes on across lengths that it has no share for.

    Raises: ValueError if a line is not as long as there are lengths, or there are more than can be told apart.
    """
    traces = [line | {"connectgaps": True} for line in lines(lengths, shares, x_title, ".2%")]
    return plain(
        traces, height=300, shapes=[upright(longest + 0.5, MARK | {"dash": "dot"})], xaxis=axis(x_title, dtick=6),
        yaxis=axis(tickformat=".0%", rangemode="tozero"),
    )  # fmt: skip
