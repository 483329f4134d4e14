"""What all figures share: type that can be read, axes that stay put, and room for what stands beside a chart."""

import html

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures.bars import share_bars
from core.figures.lines import share_lines
from core.figures.plain import LEAST, axis, beside, breadth, label_axis, plain
from core.figures.rewards import signed_bars
from core.figures.stacks import wirings_figure
from core.figures.stream import Lengths, length_lines


def test_no_type_is_too_small_and_nothing_can_be_dragged() -> None:
    layout = plain([], 200, xaxis=axis("place"), yaxis=label_axis()).layout
    assert min(layout.xaxis.tickfont.size, layout.yaxis.tickfont.size, layout.legend.font.size) >= LEAST >= 12
    assert layout.xaxis.title.text == "place" and layout.xaxis.title.font.size >= LEAST
    assert layout.xaxis.fixedrange and layout.yaxis.fixedrange and layout.dragmode is False


def test_what_is_different_goes_before_what_is_shared() -> None:
    layout = plain([], 200, {"r": 60}, {"y": 1.5}, barmode="stack", yaxis=axis(zeroline=True)).layout
    assert (layout.height, layout.margin.r, layout.legend.y, layout.barmode) == (200, 60, 1.5, "stack")
    assert layout.yaxis.zeroline and layout.legend.orientation == "h"


def test_titles_have_room_on_their_side() -> None:
    bare, below, left = (
        plain([], 200, xaxis=axis(x), yaxis=axis(y)).layout.margin for x, y in ((None, None), ("x", None), (None, "y"))
    )
    assert below.b > bare.b and below.l == bare.l
    assert left.l > bare.l and left.b == bare.b


def test_labels_have_room_by_their_longest() -> None:
    assert beside(["a", "abc"]) == beside(["abc"]) > beside(["a"]) > beside([]) > 0
    assert beside(["ABC"]) > beside(["abc"]) > beside(["a c"])


CHARTS = {
    "bars": lambda text: share_bars([text], [0.5], [False]),
    "lines": lambda text: share_lines([1, 2], {text: [0.1, 0.2]}, "step"),
    "outputs": lambda text: signed_bars([text], 0.0, [1.0], [1.0], {"n": ["1"]}, ("reward", "baseline")),
    "stream": lambda text: length_lines(
        [Lengths(title=text, places=["1"], goes_on=[1.0], series={name: [1.0] for name in "abc"})], "on", "length"
    ),
    "stacks": lambda text: wirings_figure([text], [np.eye(2)], 0, ("encoder", "decoder")),
}


def shown(figure: go.Figure) -> list[str]:
    """Return every text that Plotly draws of a figure, as it reads it."""
    layout = figure.to_dict()["layout"]
    found = [each["text"] for each in layout.get("annotations", ())]
    found += [text for name, part in layout.items() if "axis" in name for text in part.get("ticktext", ())]
    for trace in figure.data:
        found += [trace.name or "", *(label for label in trace.y if isinstance(label, str))]
    return found


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("text", ["<b>x</b>", '<a href="http://example.org">x</a>', "a &lt; b", "%{y}", "a<br>b"])
def test_names_and_texts_are_drawn_as_they_are(kind, text):
    figure = CHARTS[kind](text)
    drawn = shown(figure)
    assert text in map(html.unescape, drawn) and not any("<" in each for each in drawn)
    assert text == "%{y}" or not any(text in (trace.hovertemplate or "") for trace in figure.data)
    assert not any(f"<extra>{text}" in (trace.hovertemplate or "") for trace in figure.data)


def test_chinese_labels_have_room_beside_their_bars():
    assert beside(["训练时的样子"]) - beside([""]) == 6 * LEAST
    assert beside(["as trained"]) < beside(["训练时的样子"])
    assert breadth("日期 → ISO") == 10 and breadth("") == 0
