"""Lines: what is drawn is what was given."""

import pytest

from core.figures.lines import share_lines


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


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="words has 2 values for 3 places"):
        share_lines([1, 2, 3], {"words": [0.1, 0.2]}, "n")
    with pytest.raises(ValueError, match="3 lines"):
        share_lines([1], {name: [0.1] for name in "abcd"}, "n")
