"""Rewards drawn: bars from the baseline to each reward, stairs beside a curve, bands as handed in."""

import pytest

from core.figures.rewards import DOWN, EVEN, UP, band_lines, signed_bars, stairs


def test_bars_run_from_the_baseline_to_each_reward_in_the_colour_of_their_sign() -> None:
    figure = signed_bars(
        ["a", "", "c"], 0.5, [0.75, 0.5, 0.25], [0.25, 0.0, -0.25], {"p": ["1", "2", "3"]}, ("reward", "baseline")
    )
    bars, still, numbers = figure.data
    assert list(bars.x) == [0.25, 0, -0.25] and bars.base == 0.5
    assert list(bars.marker.color) == [UP, EVEN, DOWN]
    assert list(still.x) == [0.5] and list(still.y) == [1]
    assert list(numbers.text) == ["1", "2", "3"]
    assert list(figure.layout.yaxis.ticktext) == ["a", "∅", "c"]
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5]
    with pytest.raises(ValueError, match="as many bars"):
        signed_bars(["a"], 0, [1, 2], [1], {}, ("x", "y"))


def test_stairs_have_a_cross_where_they_jump() -> None:
    titles = ("δ", "reward", "slope", "argmax", "expected")
    figure = stairs([0, 1, 2], [0.5, 0.5, 1], [0.1, 0.2, 0.4], ([0, None, None], [0.1, 0.15, 0.2]), 1, titles)
    crosses = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(crosses.x) == [1, 2] and list(crosses.y) == [0, 0]
    assert [list(trace.y) for trace in figure.data if trace.name == "expected"] == [[0.1, 0.2, 0.4], [0.1, 0.15, 0.2]]
    with pytest.raises(ValueError, match="as many values"):
        stairs([0, 1], [0], [0, 1], ([0, 0], [0, 0]), 0, titles)


def test_bands_run_up_and_back() -> None:
    figure = band_lines([0, 5], {"a": [(1, 2, 3), (4, 5, 6)]}, "steps", "reward", ".2f")
    band, line = figure.data
    assert list(band.x) == [0, 5, 5, 0] and list(band.y) == [3, 6, 4, 1]
    assert list(line.y) == [2, 5] and line.name == "a" and "%{y:.2f}" in line.hovertemplate
    with pytest.raises(ValueError, match="a has 1 values for 2 steps"):
        band_lines([0, 5], {"a": [(1, 2, 3)]}, "x", "y", ".1%")
