"""Both stacks of a Transformer as small diagrams: which encoder layer each decoder layer reads."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.plain import plain

# Blue of Okabe & Ito 2008, a little lighter, to be seen on dark and on light ground.
ARROW, EDGE, FILL, QUIET = "#3a8fc7", "rgba(128,128,128,0.9)", "rgba(128,128,128,0.14)", "rgba(128,128,128,0.75)"
WIDE, TALL, RISE, APART, EVERY = 2.4, 0.62, 1.0, 6.2, 10.0
LEAST_DRAWN = 0.005


def wirings_figure(
    names: Sequence[str], shares: Sequence[np.ndarray], marked: int | None, labels: Sequence[str]
) -> go.Figure:
    """Draw a pair of stacks for each named wiring, side by side, layer 1 below.

    `shares` says how much of each encoder layer every decoder layer reads, [decoder layers, encoder layers] with rows
    that sum to 1; arrows are as wide as the shares, which stand beside those that are not the whole. `marked` is the
    wiring to be named in bold; `labels` are the words for a layer of the encoder and of the decoder.

    Raises: ValueError if names and shares differ in number, or a row does not sum to 1.
    """
    if len(names) != len(shares):
        raise ValueError(f"{len(names)} names and {len(shares)} tables of shares do not belong together")
    for table in shares:
        if np.abs(np.asarray(table).sum(-1) - 1).max() > 1e-4:
            raise ValueError(f"what a decoder layer reads must sum to 1, got {np.asarray(table).sum(-1).tolist()}")
    layers = max((max(table.shape) for table in shares), default=1)
    shapes, annotations = [], []
    for place, (name, table) in enumerate(zip(names, shares, strict=True)):
        left, weight = EVERY * place, "bold" if place == marked else "normal"
        above = word(left + (APART + WIDE) / 2, (layers - 1) * RISE + 0.78, name)
        annotations.append(above | {"font": {"size": 15, "weight": weight}})
        annotations += notes(left, np.asarray(table), labels)
        shapes += boxes(left, table.shape)
    start = (APART + WIDE - EVERY) / 2
    hidden = {"visible": False, "fixedrange": True}
    return plain(
        [], 40 + round(52 * layers), dict.fromkeys("lrtb", 0), annotations=annotations, shapes=shapes,
        xaxis=hidden | {"range": [start, start + EVERY * max(1, len(names))]},
        yaxis=hidden | {"range": [-0.7, (layers - 1) * RISE + 1.05]},
    )  # fmt: skip


def word(x: float, y: float, text: str, size: int = 13, **more: Any) -> dict[str, Any]:
    """Return a text at a place."""
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": size}, **more}


def boxes(left: float, shape: tuple[int, int]) -> list[dict[str, Any]]:
    """Return the boxes of both stacks, and the lines by which each layer reads the one below."""
    found = []
    for start, count in ((left, shape[1]), (left + APART, shape[0])):
        for layer in range(count):
            y = layer * RISE
            found.append(
                {"type": "rect", "x0": start, "x1": start + WIDE, "y0": y - TALL / 2, "y1": y + TALL / 2,
                 "line": {"color": EDGE, "width": 1.2}, "fillcolor": FILL}
            )  # fmt: skip
            x, down = start + WIDE / 2, y - TALL / 2
            found.append(
                {"type": "line", "x0": x, "x1": x, "y0": down - (RISE - TALL), "y1": down,
                 "line": {"color": QUIET, "width": 1.2}}
            )  # fmt: skip
    return found


def notes(left: float, table: np.ndarray, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the layers' names, the arrows, and the shares of those that are not the whole."""
    found = []
    for start, count, label in ((left, table.shape[1], labels[0]), (left + APART, table.shape[0], labels[1])):
        found += [word(start + WIDE / 2, layer * RISE, f"{label} {layer + 1}") for layer in range(count)]
    tail, tip = left + WIDE, left + APART
    for layer, row in enumerate(table):
        for source, share in enumerate(row):
            if share < LEAST_DRAWN:
                continue
            found.append(
                {"x": tip, "y": layer * RISE, "ax": tail, "ay": source * RISE, "xref": "x", "yref": "y", "axref": "x",
                 "ayref": "y", "text": "", "showarrow": True, "arrowhead": 2, "arrowwidth": round(0.8 + 3.2 * share, 2),
                 "arrowsize": 0.8, "arrowcolor": ARROW, "standoff": 2,
                 "hovertext": f"{labels[0]} {source + 1} → {labels[1]} {layer + 1} · {share:.1%}"}
            )  # fmt: skip
            if share < 1 - LEAST_DRAWN:
                near = 0.5 if source == layer else 0.85
                x, y = tail + near * (tip - tail), (source + near * (layer - source)) * RISE
                # Above the arrow if it comes from above or is the topmost, else below, so that neighbours stay apart.
                above = source > layer or source == layer > 0
                found.append(word(x, y, f"{share:.0%}", 12, yshift=9 if above else -9))
    return found
