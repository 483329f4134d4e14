"""Positions drawn: what is drawn is what was given."""

import statistics

import pytest

from core.figures.positions import band, beyond_lines, encoding_curves, kind_bars, shift_lines


def test_curves_over_positions_with_their_marked_points() -> None:
    figure = encoding_curves({"sine": [0.0, 0.8, 0.9], "cosine": [1.0, 0.5, -0.4]}, [1, 3], "position")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert [(line.name, list(line.y)) for line in lines] == [("sine", [0.0, 0.8, 0.9]), ("cosine", [1.0, 0.5, -0.4])]
    assert [(list(dot.x), list(dot.y)) for dot in dots] == [([1, 3], [0.0, 0.9]), ([1, 3], [1.0, -0.4])]
    assert [shape.x0 for shape in figure.layout.shapes] == [1, 3]
    assert len({line.line.dash for line in lines}) == 2 and list(lines[0].x) == [1, 2, 3]


def test_a_band_lies_between_lowest_and_highest() -> None:
    figure = band([0.5, 0.2], [0.1, 0.0], [0.9, 0.4], ("distance", "cosine"))
    highest, lowest, middle = figure.data
    assert [list(trace.y) for trace in (highest, lowest, middle)] == [[0.9, 0.4], [0.1, 0.0], [0.5, 0.2]]
    assert lowest.fill == "tonexty"
    assert [tuple(pair) for pair in middle.customdata] == [(0.1, 0.9), (0.0, 0.4)]
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("distance", "cosine")


def test_kinds_have_a_mean_with_its_spread_and_what_is_left_when_switched_off() -> None:
    seeds = [[0.9, 0.7, 0.8], [0.5, 0.6, 0.4]]
    trained, off = kind_bars(["one", "two"], seeds, [0.1, None], ("so", "off")).data
    assert list(trained.x) == pytest.approx([0.8, 0.5]) and list(off.x) == [0.1, None]
    assert list(trained.error_x.array) == pytest.approx([statistics.stdev(shares) for shares in seeds])
    assert [text.strip() for text in trained.text] == ["80.00% ± 10.00%", "50.00% ± 10.00%"]
    assert list(off.text) == ["10.00%", ""]
    alone = kind_bars(["one"], [[0.9]], [0.1], ("so", "off")).data[0]
    assert alone.error_x.array is None and list(alone.text) == ["90.00%"]


def test_shifts_stand_evenly_and_a_line_ends_where_there_is_nothing() -> None:
    figure = shift_lines([0, 1, 8], {"a": [1.0, 0.5, None], "b": [0.2, 0.2, 0.2]}, 8, "k")
    assert [(line.name, list(line.x), list(line.y)) for line in figure.data] == [
        ("a", ["0", "1", "8"], [1.0, 0.5, None]),
        ("b", ["0", "1", "8"], [0.2, 0.2, 0.2]),
    ]
    assert figure.layout.xaxis.type == "category"
    assert [shape.x0 for shape in figure.layout.shapes] == [2]
    assert not shift_lines([0, 1], {"a": [1.0, 0.5]}, 5, "k").layout.shapes


def test_lines_over_lengths_go_on_where_nothing_was_measured_and_training_ends_at_a_mark() -> None:
    figure = beyond_lines([5, 6, 7], {"a": [0.1, None, 0.3], "b": [0.2, 0.2, 0.2]}, 6, "n")
    assert [list(line.y) for line in figure.data] == [[0.1, None, 0.3], [0.2, 0.2, 0.2]]
    assert all(line.connectgaps for line in figure.data)
    assert [shape.x0 for shape in figure.layout.shapes] == [6.5]


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[2, 1\]"):
        encoding_curves({"a": [0.0, 1.0], "b": [0.0]}, [0], "p")
    with pytest.raises(ValueError, match="2 means, 1 lowest and 2 highest"):
        band([0.0, 1.0], [0.0], [1.0, 1.0], ("x", "y"))
    with pytest.raises(ValueError, match="1 labels"):
        kind_bars(["a"], [[0.5], [0.5]], [None], ("so", "off"))
    with pytest.raises(ValueError, match="lines of 2"):
        shift_lines([0, 1], {"a": [0.5]}, None, "k")
