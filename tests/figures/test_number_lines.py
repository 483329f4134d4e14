"""Lines over numbers: what is drawn is what was given."""

import pytest

from core.figures.number_lines import number_lines


def test_every_series_is_a_line_and_a_place_can_be_marked() -> None:
    figure = number_lines(range(3), {"a": [0, 1, 4], "b": [0.5, 0.5, 0.5]}, ("size", "work"), here=2)
    assert [(line.name, list(line.x), list(line.y)) for line in figure.data] == [
        ("a", [0, 1, 2], [0, 1, 4]),
        ("b", [0, 1, 2], [0.5, 0.5, 0.5]),
    ]
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 2
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("size", "work")


def test_both_axes_may_be_logarithmic() -> None:
    layout = number_lines([1, 10], {"a": [1, 100]}, ("x", "y"), log=True).layout
    assert layout.xaxis.type == layout.yaxis.type == "log" and not layout.shapes


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="a has 1 values for 2 places"):
        number_lines([1, 2], {"a": [1]}, ("x", "y"))
    with pytest.raises(ValueError, match="3 lines can be told apart, got 4"):
        number_lines([1], {name: [1] for name in "abcd"}, ("x", "y"))
