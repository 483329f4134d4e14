"""Positions drawn: an encoding's curves, its similarity by distance, scores by kind of position and by shift."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

import plotly.graph_objects as go

from core.figures.lines import COLOURS, DASHES
from core.figures.readable import ABOVE

MARK = "#cc79a7"
GRID = "rgba(128,128,128,0.25)"
TYPE = 12
TRAINED, SWITCHED_OFF = "#0072b2", "#e69f00"


def encoding_curves(values: Mapping[str, Sequence[float]], marked: Sequence[int], x_title: str) -> go.Figure:
    """Draw a curve over positions for each named dimension, with a dot on each at the marked positions.

    Raises: ValueError if there are more curves than can be told apart, or if they differ in length.
    """
    if len(values) > len(COLOURS) or len({len(curve) for curve in values.values()}) > 1:
        raise ValueError(f"up to {len(COLOURS)} curves of one length, got {[len(curve) for curve in values.values()]}")
    figure = plain(height=180)
    for (name, curve), colour, dash in zip(values.items(), COLOURS, DASHES, strict=False):
        said, line = f"{name}, p = %{{x}}: %{{y:.4f}}<extra></extra>", {"color": colour, "dash": dash}
        figure.add_scatter(y=list(curve), name=name, mode="lines", line=line, hovertemplate=said)
        figure.add_scatter(
            x=list(marked), y=[curve[place] for place in marked], mode="markers", marker={"color": colour, "size": 9},
            showlegend=False, hovertemplate=said,
        )  # fmt: skip
    for place in marked:
        figure.add_vline(place, line={"color": MARK, "width": 1.5})
    figure.update_xaxes(title_text=x_title)
    return figure


def band(
    middle: Sequence[float], lowest: Sequence[float], highest: Sequence[float], titles: tuple[str, str]
) -> go.Figure:
    """Draw a mean over whole numbers from 0, with all that lies between the lowest and the highest shaded.

    Raises: ValueError if the three differ in length.
    """
    if not len(middle) == len(lowest) == len(highest):
        raise ValueError(f"{len(middle)} means, {len(lowest)} lowest and {len(highest)} highest do not belong together")
    figure = plain(height=180)
    hidden = {"width": 0}
    figure.add_scatter(y=list(highest), mode="lines", line=hidden, hoverinfo="skip", showlegend=False)
    figure.add_scatter(
        y=list(lowest), mode="lines", line=hidden, fill="tonexty", fillcolor="rgba(0,114,178,0.25)", hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    spread = list(zip(lowest, highest, strict=True))
    figure.add_scatter(
        y=list(middle), mode="lines", line={"color": COLOURS[0]}, customdata=spread, showlegend=False,
        hovertemplate="%{x}: %{y:.3f} (%{customdata[0]:.3f} – %{customdata[1]:.3f})<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title_text=titles[0])
    figure.update_yaxes(title_text=titles[1])
    return figure


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
    said = [
        f"{at:.2%}" if not by else "\N{NO-BREAK SPACE}" * 4 + f"{at:.2%} ± {by:.2%}"
        for at, by in zip(means, spreads, strict=True)
    ]
    said_off = ["" if share is None else f"{share:.2%}" for share in off]
    figure = plain(height=64 + 60 * len(labels))
    drawn = ((names[0], means, TRAINED, said, spreads), (names[1], off, SWITCHED_OFF, said_off, ()))
    for name, shares, colour, text, error in drawn:
        figure.add_bar(
            x=shares, y=list(labels), name=name, orientation="h", marker_color=colour, cliponaxis=False, text=text,
            textposition="outside", error_x={"array": error, "thickness": 1.5} if any(error) else None,
            hovertemplate="%{y}: %{x:.3%}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.25, margin={"r": 110}, showlegend=True)
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    return figure


def shift_lines(
    shifts: Sequence[int], shares: Mapping[str, Sequence[float | None]], marked: int | None, x_title: str
) -> go.Figure:
    """Draw a line of shares over shifts for each model; shifts stand evenly, and a line ends where there is no share.

    Raises: ValueError if a line is not as long as there are shifts, or there are more than can be told apart.
    """
    if len(shares) > len(COLOURS) or any(len(line) != len(shifts) for line in shares.values()):
        raise ValueError(f"up to {len(COLOURS)} lines of {len(shifts)}, got {[len(line) for line in shares.values()]}")
    figure = plain(height=300)
    places = [str(shift) for shift in shifts]
    for (name, line), colour, dash in zip(shares.items(), COLOURS, DASHES, strict=False):
        figure.add_scatter(
            x=places, y=list(line), name=name, mode="lines+markers", line={"color": colour, "dash": dash},
            hovertemplate=f"{x_title} = %{{x}}: %{{y:.2%}}<extra>{name}</extra>",
        )  # fmt: skip
    if marked in shifts:
        figure.add_vline(list(shifts).index(marked), line={"color": MARK, "width": 1.5})
    figure.update_xaxes(title_text=x_title, type="category")
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.04])
    return figure


def plain(height: int) -> go.Figure:
    """Return an empty figure as all of these look."""
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, template="none", paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", font={"size": TYPE}, dragmode=False,
        legend=ABOVE | {"x": 0, "font": {"size": TYPE}},
    )  # fmt: skip
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(
            automargin=True, gridcolor=GRID, zeroline=False, tickfont={"size": TYPE}, title={"font": {"size": TYPE}},
            fixedrange=True,
        )  # fmt: skip
    return figure
