"""Bars of samples: what was drawn and what had to be, output by output."""

import pytest

from core.figures.draws import EXACT, OTHER, RIGHT, draw_bars


def test_every_output_has_its_bar_and_its_mark():
    figure = draw_bars(
        ["ab", "b" * 60, ""], [0.5, 0.3, 0.2], [0.4, 0.35, 0.25], [True, False, False], ("drawn", "exact")
    )
    bars, marks, numbers = figure.data
    assert list(bars.x) == [0.5, 0.3, 0.2] and list(marks.x) == [0.4, 0.35, 0.25]
    assert list(bars.marker.color) == [RIGHT, OTHER, OTHER] and marks.marker.color == EXACT
    assert (bars.name, marks.name) == ("drawn", "exact")
    assert list(numbers.x) == [0.5, 0.35, 0.25]
    assert [text.strip() for text in numbers.text] == ["50.0% · 40.0%", "30.0% · 35.0%", "20.0% · 25.0%"]
    assert list(bars.customdata) == ["ab", "b" * 60, ""]
    names = list(figure.layout.yaxis.ticktext)
    assert (names[0], names[2]) == ("ab", "∅") and len(names[1]) <= 41


def test_the_figure_is_as_tall_however_few_outputs_there_are():
    one = draw_bars(["a"], [1.0], [1.0], [True], ("drawn", "exact"))
    six = draw_bars(list("abcdef"), [0.1] * 6, [0.1] * 6, [True] * 6, ("drawn", "exact"))
    assert one.layout.height == six.layout.height
    assert one.layout.yaxis.range == six.layout.yaxis.range


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="2 outputs, 1 and 2 shares"):
        draw_bars(["a", "b"], [1.0], [1.0, 0.0], [True, False], ("drawn", "exact"))
    with pytest.raises(ValueError, match="between 0 and 1"):
        draw_bars(["a"], [1.2], [1.0], [True], ("drawn", "exact"))
