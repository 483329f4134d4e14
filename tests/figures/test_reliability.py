"""The reliability curve: a marker a bin, beside the diagonal."""

import pytest

from core.figures.reliability import LEAST, MOST, reliability_curve

NAMES, TITLES = ("model", "few", "perfect"), ("probability", "right")


def test_each_bin_is_a_marker_and_the_diagonal_stands_beside_them():
    figure = reliability_curve([0.1, 0.55, 0.97], [1.0, 0.4, 0.99], [1, 20, 979], NAMES, TITLES)
    diagonal, curve, few = figure.data
    assert list(diagonal.x) == list(diagonal.y) == [0, 1]
    assert (list(curve.x), list(curve.y), list(curve.customdata)) == ([0.55, 0.97], [0.4, 0.99], [20, 979])
    assert LEAST < curve.marker.size[0] < curve.marker.size[1] < MOST
    assert (list(few.x), few.mode) == ([0.1], "markers")  # one answer makes no line jump


def test_bins_must_have_all_their_values():
    with pytest.raises(ValueError, match="2 probabilities, 1 shares and 2 counts"):
        reliability_curve([0.1, 0.2], [0.1], [1, 1], NAMES, TITLES)
