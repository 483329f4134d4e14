"""The chart of lengths: what is drawn is what was given."""

import pytest

from core.figures.stream import Lengths, length_lines

SERIES = {"sum": [None, 3.0, 5.0], "added": [None, 1.0, 2.0], "normed": [None, 1.5, None]}


def chart(**changes) -> Lengths:
    given = {
        "title": "one",
        "places": ["start", "1", "2"],
        "goes_on": [2.0, 3.0, 5.0],
        "series": SERIES,
        "here": (1, 2),
    }
    return Lengths(**{**given, **changes})


def test_each_series_is_a_line_over_the_places() -> None:
    figure = length_lines([chart()], "stream", "length")
    assert [line.name for line in figure.data] == ["stream", "sum", "added", "normed"]
    assert [list(line.y) for line in figure.data] == [[2.0, 3.0, 5.0], *SERIES.values()]
    assert list(figure.layout.xaxis.ticktext) == ["start", "1", "2"]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (0.5, 2.5)


def test_two_models_share_a_scale_and_a_legend() -> None:
    none = [None, None, None]
    figure = length_lines(
        [chart(), chart(title="two", series={**SERIES, "normed": none}, here=None)], "stream", "length"
    )
    assert [note.text for note in figure.layout.annotations] == ["one", "two"]
    assert figure.layout.yaxis2.matches == "y"
    shown = [line.name for line in figure.data if line.showlegend]
    assert shown == ["stream", "sum", "added", "normed"]
    assert len(figure.data) == 7 and len(figure.layout.shapes) == 1


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no chart"):
        length_lines([], "stream", "length")
    with pytest.raises(ValueError, match="“one” needs 3 values"):
        length_lines([chart(goes_on=[1.0])], "stream", "length")
    with pytest.raises(ValueError, match="“one” needs 3 values"):
        length_lines([chart(series={**SERIES, "sum": [1.0]})], "stream", "length")


def test_no_text_is_too_small_to_read() -> None:
    layout = length_lines([chart(), chart()], "stream", "length").layout
    sizes = [axis.tickfont.size for axis in (layout.xaxis, layout.xaxis2, layout.yaxis)]
    assert min(*sizes, layout.legend.font.size, *(note.font.size for note in layout.annotations)) >= 12
