"""Curves of training runs: every number is drawn in its own plot, and two runs are told apart."""

import pytest

from core.figures.training import COLOURS, MOST_POINTS, Curve, training_curves

TITLES = {"loss": "Loss", "right": "Right", "gradient": "Gradient", "reward": "Reward"}


def test_each_curve_stands_in_its_plot_with_its_numbers():
    curves = [Curve("loss", "loss", [1, 2, 3], [3.0, 2.0, 1.0]), Curve("exact", "right", [0, 3], [0.0, 1.0])]
    drawn = training_curves({"one": curves}, TITLES, "step").data
    assert [(list(trace.x), list(trace.y), trace.xaxis) for trace in drawn] == [
        ([1, 2, 3], [3.0, 2.0, 1.0], "x"),
        ([0, 3], [0.0, 1.0], "x2"),
    ]


def test_two_runs_have_colours_and_names_of_their_own():
    curve = Curve("loss", "loss", [1], [1.0])
    drawn = training_curves({"one": [curve], "two": [curve]}, TITLES, "step").data
    assert [trace.line.color for trace in drawn] == list(COLOURS)
    assert [trace.name for trace in drawn] == ["one · loss", "two · loss"]


def test_the_legend_stands_within_the_figure_and_tells_colours_and_dashes_apart():
    curves = [Curve("free", "right", [1], [1.0]), Curve("fed", "right", [1], [1.0], dashed=True)]
    figure = training_curves({"one": curves, "two": curves}, TITLES, "step")
    legend = figure.layout.legend
    assert (legend.yref, legend.yanchor) == ("container", "bottom") and legend.y == 0
    told = {(trace.line.color, trace.line.dash): trace.name for trace in figure.data if trace.showlegend}
    assert len(told) == len(set(told.values())) == 4


def test_a_reward_is_drawn_in_place_of_the_gradient():
    plain = [Curve("norm", "gradient", [1], [2.0]), Curve("reward", "reward", [], [])]
    rewarded = [Curve("norm", "gradient", [1], [2.0]), Curve("reward", "reward", [1, 2], [0.5, 0.75])]
    assert [trace.name for trace in training_curves({"one": plain}, TITLES, "step").data] == ["norm"]
    figure = training_curves({"one": rewarded}, TITLES, "step")
    (trace,) = figure.data
    assert (list(trace.y), trace.xaxis) == ([0.5, 0.75], "x3")
    assert "Reward" in {note.text for note in figure.layout.annotations}


def test_a_long_run_is_thinned_and_keeps_its_end():
    steps = list(range(5 * MOST_POINTS + 1))
    (trace,) = training_curves({"one": [Curve("loss", "loss", steps, steps)]}, TITLES, "step").data
    assert len(trace.x) <= MOST_POINTS + 2 and trace.x[-1] == steps[-1]


def test_what_cannot_be_drawn_says_why():
    with pytest.raises(ValueError, match="2 values for 1 steps"):
        training_curves({"one": [Curve("loss", "loss", [1], [1.0, 2.0])]}, TITLES, "step")
    with pytest.raises(ValueError, match="got 3"):
        training_curves({name: [] for name in "abc"}, TITLES, "step")
