"""Samples against what they were drawn from: how often each output came, and how often it had to."""

from collections.abc import Sequence

import plotly.graph_objects as go

LONGEST = 40
RIGHT, OTHER, EXACT = "#2a9d8f", "#8fb4d9", "#d55e00"


def draw_bars(
    outputs: Sequence[str],
    drawn: Sequence[float],
    exact: Sequence[float],
    right: Sequence[bool],
    names: tuple[str, str],
    rows: int = 6,
) -> go.Figure:
    """Draw a bar for the share of samples that each output had, and a mark where its exact probability lies.

    `names` are those of the bars and of the marks; bars of right outputs have another colour. Long outputs lose their
    middle beside the bars, not where one points at them. There is room for at least `rows` bars, whatever their number.

    Raises: ValueError if the four differ in length or a share lies outside 0 to 1.
    """
    if not len(outputs) == len(drawn) == len(exact) == len(right):
        counts = f"{len(outputs)} outputs, {len(drawn)} and {len(exact)} shares and {len(right)} verdicts"
        raise ValueError(f"{counts} do not belong together")
    if any(not 0 <= share <= 1 + 1e-6 for share in (*drawn, *exact)):
        raise ValueError(f"shares lie between 0 and 1, got {[*drawn, *exact]}")
    figure, places, rows = go.Figure(), list(range(len(outputs))), max(rows, len(outputs))
    figure.add_bar(
        x=list(drawn), y=places, customdata=list(outputs), orientation="h", name=names[0],
        marker_color=[RIGHT if each else OTHER for each in right],
        hovertemplate=f"%{{customdata}}<br>{names[0]}: %{{x:.2%}}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=list(exact), y=places, mode="markers", name=names[1],
        marker={"symbol": "diamond", "size": 11, "color": EXACT, "line": {"color": "white", "width": 1}},
        customdata=list(outputs),
        hovertemplate=f"%{{customdata}}<br>{names[1]}: %{{x:.3%}}<extra></extra>", cliponaxis=False,
    )  # fmt: skip
    figure.add_scatter(
        x=[max(pair) for pair in zip(drawn, exact, strict=True)], y=places, mode="text", hoverinfo="skip",
        text=[f"\u00a0\u00a0\u00a0{share:.1%} · {percent(true)}" for share, true in zip(drawn, exact, strict=True)],
        textposition="middle right", textfont_size=13, cliponaxis=False, showlegend=False,
    )  # fmt: skip
    figure.update_layout(
        height=46 + 21 * rows, margin={"l": 8, "r": 110, "t": 4, "b": 22}, bargap=0.3, template="none",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", showlegend=True, font_size=13, dragmode=False,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right", "font": {"size": 13}},
    )  # fmt: skip
    figure.update_xaxes(
        rangemode="tozero", tickformat=".1~%", gridcolor="rgba(128,128,128,0.25)", zeroline=False, tickfont_size=13,
        fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(
        range=[rows - 0.5, -0.5], automargin=True, ticksuffix="  ", tickvals=places, tickfont_size=13, fixedrange=True,
        ticktext=[shortened(output or "∅") for output in outputs],
    )  # fmt: skip
    return figure


def percent(share: float) -> str:
    """Write a share with one digit, and one that would be rounded to nothing as what it is less than."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def shortened(text: str) -> str:
    """Return a text that fits beside a bar."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"
