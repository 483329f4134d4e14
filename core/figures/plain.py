"""The style of figures: clear ground, type that can be read on a projector too, axes that stay as they are drawn.

Parts of a figure are dictionaries, and it is made of them in one piece: Plotly takes up to ten times as long to add to
a figure part by part.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

import plotly.graph_objects as go

# px: the smallest type, which the page’s theme would make smaller still
LEAST = 12
# px: what we leave free at an edge, and what Plotly leaves free beside texts unless some edge has less
FREE, GAP = 8, 12
# px, in the theme’s type: left, a scale up to 100 % and its title; below, a scale without and with its title; above,
# half a number at the end of a scale
SCALE, TITLE, UNDER, TITLED, HALF = 38, 33, 25, 53, 3
# What is shown of traces and layout as it is given.
SHOWN = {"name", "text", "hovertext", "customdata", "x", "y", "ticktext"}
CLEAR, GRID = "rgba(0,0,0,0)", "rgba(128,128,128,0.25)"
# Placed by the edge of the figure: placed by its axes, Plotly leaves a legend among them when a narrow figure grows.
LEGEND = {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "font": {"size": LEAST}}


def plain(
    traces: Sequence[dict[str, Any]], height: int, margin: dict[str, int] | None = None,
    legend: Mapping[str, Any] | None = None, **layout: Any,
) -> go.Figure:  # fmt: skip
    """Return a figure of traces; `margin` and `legend`, which is above, hold what is different from other figures.

    Units: px for height and margin
    """
    look = {
        "height": height, "margin": room(layout, margin or {}), "legend": {**LEGEND, **(legend or {})},
        "template": "none", "paper_bgcolor": CLEAR, "plot_bgcolor": CLEAR, "dragmode": False,
    }  # fmt: skip
    return go.Figure([literal(trace) for trace in traces], literal(look | layout))


def literal(part: Any, shown: bool = False) -> Any:
    """Return a part of a figure in which texts are drawn as they are: Plotly reads some HTML, links included.

    What is `shown` are names, labels and texts, also within what is given; the patterns of hovering stay, so that names
    must be put into them as `%{fullData.name}`.
    """
    if isinstance(part, str):
        return part.replace("&", "&amp;").replace("<", "&lt;") if shown else part
    if isinstance(part, Mapping):
        return {name: literal(value, shown or name in SHOWN) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return type(part)(literal(each, shown) for each in part) if any_texts(part) else part
    return part


def any_texts(part: Sequence[Any]) -> bool:
    """Tell whether there may be texts in a list, by its first items: numbers are many, and alike."""
    return not all(isinstance(each, int | float | None) for each in part[:3])


def room(layout: Mapping[str, Any], margin: dict[str, int]) -> dict[str, int]:
    """Return margins as given, or as scales and their titles will most likely need; a legend makes room for itself.

    Where scales need more, the browser finds out by drawing, and draws again: that takes it twice as long.

    Units: px
    """
    titled = {name[0] for name, part in layout.items() if "axis" in name and part.get("title", {}).get("text")}
    gap = min(GAP, *({"r": FREE} | margin).values())
    return {
        "l": gap + SCALE + (TITLE if "y" in titled else 0), "r": gap, "t": gap + HALF,
        "b": gap + (TITLED if "x" in titled else UNDER), **margin,
    }  # fmt: skip


def is_wide(letter: str) -> bool:
    """Tell whether a character takes a square, as those of Chinese, Japanese and Korean do: twice a Latin letter."""
    return east_asian_width(letter) in "WF"


def breadth(text: str) -> int:
    """Return how many Latin letters take as much room as a text."""
    return sum(2 if is_wide(letter) else 1 for letter in text)


def beside(texts: Sequence[str]) -> int:
    """Return the margin that these labels will most likely need, a little less or more by their letters.

    Units: px
    """
    return round(GAP + 10 + max((sum(map(letter_width, text)) for text in texts), default=0))


def letter_width(letter: str) -> float:
    """Return how wide a character of the smallest type most likely is.

    Units: px
    """
    if is_wide(letter):
        return LEAST
    return 3 if letter.isspace() else 7 if letter.isupper() else 5.5


def axis(title: str | None = None, **own: Any) -> dict[str, Any]:
    """Return an axis of numbers, which nobody drags by mistake; what one would drag need not be built."""
    return {
        "title": {"text": title, "font": {"size": LEAST + 1}}, "tickfont": {"size": LEAST}, "gridcolor": GRID,
        "zeroline": False, "automargin": True, "fixedrange": True, **own,
    }  # fmt: skip


def label_axis(**own: Any) -> dict[str, Any]:
    """Return an upright axis of labels, the first one on top."""
    return {
        "autorange": "reversed", "automargin": True, "ticksuffix": "  ", "tickfont": {"size": LEAST},
        "fixedrange": True, **own,
    }  # fmt: skip


def upright(place: float, line: Mapping[str, Any], axes: str = "") -> dict[str, Any]:
    """Return a line from bottom to top at a place of the axes with this number."""
    return {
        "type": "line", "x0": place, "x1": place, "xref": f"x{axes}", "y0": 0, "y1": 1, "yref": f"y{axes} domain",
        "line": dict(line),
    }  # fmt: skip


def heading(text: str, place: float, **own: Any) -> dict[str, Any]:
    """Return the title of a chart that is one of several, above the middle of its width."""
    return {
        "text": text, "font": {"size": LEAST + 1}, "showarrow": False, "x": place, "xref": "paper",
        "xanchor": "center", "y": 1, "yref": "paper", "yanchor": "bottom", **own,
    }  # fmt: skip
