"""Shares through training: means and bands as handed in, both levels across."""

import pytest

from core.figures.shares import reached_lines

BANDS = {"a": [(0.1, 0.2, 0.3), (0.4, 0.5, 0.6)], "b": [(0.0, 0.0, 0.0), (0.7, 0.8, 1.0)]}


def test_lines_are_the_means_and_bands_run_up_and_back() -> None:
    figure = reached_lines([0, 20], BANDS, (0.8, 0.4), "steps", "near")
    lines = [trace for trace in figure.data if trace.name]
    assert [(line.name, list(line.x), list(line.y)) for line in lines] == [
        ("a", [0, 20], [0.2, 0.5]),
        ("b", [0, 20], [0.0, 0.8]),
    ]
    bands = [trace for trace in figure.data if not trace.name]
    assert list(bands[0].x) == [0, 20, 20, 0] and list(bands[0].y) == [0.3, 0.6, 0.4, 0.1]
    assert len({(line.line.color, line.line.dash) for line in lines}) == 2
    assert [shape.y0 for shape in figure.layout.shapes] == [0.8, 0.4]
    assert list(figure.layout.xaxis.range) == [0, 20]


def test_what_has_only_begun_is_drawn_as_far_as_it_will_go() -> None:
    figure = reached_lines([0], {"a": [(0.1, 0.2, 0.3)]}, (0.8, 0.4), "steps", "near", until=100)
    assert list(figure.layout.xaxis.range) == [0, 100]


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a has 2 values for 3 steps"):
        reached_lines([0, 1, 2], BANDS, (0.8, 0.4), "x", "y")
