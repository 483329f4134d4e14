"""Curves of schedules: the numbers handed in are those drawn, spread and all."""

import pytest

from core.figures.schedules import COLOURS, decay_curves, spread_lines


def test_means_and_spreads_are_drawn_as_given() -> None:
    figure = spread_lines([1, 2], {"a": ([0.2, 0.4], [0.01, None]), "b": ([0.5, 1.0], [0.0, 0.1])}, "place", "right")
    assert [list(line.y) for line in figure.data] == [[0.2, 0.4], [0.5, 1.0]]
    assert [list(line.error_y.array) for line in figure.data] == [[0.01, 0], [0.0, 0.1]]
    assert [round(place) for place in figure.data[0].x] == [1, 2]
    assert len({(line.line.color, line.line.dash, line.marker.symbol) for line in figure.data}) == 2
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("place", "right")


def test_decays_are_drawn_as_given_and_the_step_is_marked() -> None:
    figure = decay_curves([0, 10], {"linear": [1.0, 0.9], "exponential": [1.0, 0.5]}, "i", "ε", at=7)
    assert [list(line.y) for line in figure.data] == [[1.0, 0.9], [1.0, 0.5]]
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 7


@pytest.mark.parametrize("series", [{"a": ([0.1], [0.0, 0.0])}, {"a": ([0.1, 0.2], [0.0])}])
def test_a_series_of_another_length_is_refused(series: dict) -> None:
    with pytest.raises(ValueError, match="for 2 places"):
        spread_lines([1, 2], series, "x", "y")
    with pytest.raises(ValueError, match="a has 1 values for 2 steps"):
        decay_curves([1, 2], {"a": [0.1]}, "x", "y", at=0)


def test_more_curves_than_can_be_told_apart_are_refused() -> None:
    names = [str(number) for number in range(len(COLOURS) + 1)]
    with pytest.raises(ValueError, match="4 curves can be told apart, got 5"):
        decay_curves([1], {name: [0.5] for name in names}, "x", "y", at=0)


def test_high_shares_get_an_axis_of_their_own_and_low_ones_begin_at_nothing() -> None:
    high = spread_lines([1, 2], {"a": ([0.97, 0.99], [0.01, 0.0])}, "x", "y").layout.yaxis.range
    low = spread_lines([1, 2], {"a": ([0.0, 0.99], [0.01, 0.0])}, "x", "y").layout.yaxis.range
    assert 0.9 <= high[0] < 0.96 and high[1] > 1
    assert low[0] < 0 and low[1] > 1
