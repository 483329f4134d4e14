"""Lines: what is drawn is what was given."""

import pytest

from core.figures.lines import LEAST_SPAN, millisecond_lines, share_lines


def test_every_series_is_a_line_over_the_same_places() -> None:
    figure = share_lines([3, 5, 8], {"words": [0.1, 0.2, 0.5], "phones": [0.0, 0.1, 1.0]}, "letters")
    assert [(line.name, list(line.x), list(line.y)) for line in figure.data] == [
        ("words", [3, 5, 8], [0.1, 0.2, 0.5]),
        ("phones", [3, 5, 8], [0.0, 0.1, 1.0]),
    ]
    assert figure.layout.xaxis.title.text == "letters"
    assert len({(line.line.color, line.line.dash) for line in figure.data}) == 2


def test_a_legend_only_where_there_is_something_to_tell_apart() -> None:
    assert not share_lines([1], {"words": [0.5]}, "n").layout.showlegend
    assert share_lines([1], {"words": [0.5], "phones": [0.1]}, "n").layout.showlegend


def test_shares_begin_at_nothing_unless_one_looks_near() -> None:
    far, near = (share_lines([1, 2], {"words": [0.98, 0.99]}, "n", near=near).layout.yaxis for near in (False, True))
    assert far.rangemode == "tozero" and near.rangemode is None
    assert (far.tickformat, near.tickformat) == (".0%", ".0%")


def test_milliseconds_have_a_title_and_the_height_that_is_asked_for() -> None:
    figure = millisecond_lines([1, 2], {"steps": [3.5, 7.25]}, "n", "ms", height=240)
    assert list(figure.data[0].y) == [3.5, 7.25] and "%{y:.2f}" in figure.data[0].hovertemplate
    assert (figure.layout.yaxis.title.text, figure.layout.height) == ("ms", 240)


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="words has 2 values for 3 places"):
        share_lines([1, 2, 3], {"words": [0.1, 0.2]}, "n")
    with pytest.raises(ValueError, match="3 lines"):
        share_lines([1], {name: [0.1] for name in "abcd"}, "n")


@pytest.mark.parametrize("shares", [[0.7324, 0.7337], [0.9996, 1.0], [0.0, 0.001], [0.2, 0.9], [0.5]])
def test_an_axis_seen_from_close_by_makes_no_cliff_of_a_tenth_of_a_point(shares) -> None:
    low, high = share_lines(range(len(shares)), {"exact": shares}, "width", near=True).layout.yaxis.range
    assert low <= min(shares) and high >= max(shares) and high - low >= LEAST_SPAN - 1e-9
    assert low >= -1e-9 and high <= 1.05
