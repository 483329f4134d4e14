"""Bars of costs: what is drawn is what was given."""

import pytest

from core.figures.cost_bars import cost_bars

TITLES, NAMES = ("held", "done"), ("by length", "by pairs")


def test_parameters_stand_beside_stacked_multiplications() -> None:
    figure = cost_bars(["a", "b"], [3, 0], [10, 20], [1, 2], TITLES, NAMES)
    assert [(bars.name, list(bars.x), bars.xaxis) for bars in figure.data] == [
        ("held", [3, 0], "x"),
        ("by length", [10, 20], "x2"),
        ("by pairs", [1, 2], "x2"),
    ]
    assert figure.layout.barmode == "stack"
    assert [bars.showlegend for bars in figure.data] == [False, True, True]
    assert len({bars.marker.color for bars in figure.data}) == 3
    assert [note.text for note in figure.layout.annotations] == list(TITLES)


@pytest.mark.parametrize(("costs", "said"), [([1], "2 labels need as many costs"), ([1, -1], "never negative")])
def test_what_cannot_be_drawn(costs: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        cost_bars(["a", "b"], costs, [1, 1], [1, 1], TITLES, NAMES)
