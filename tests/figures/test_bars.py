"""Bars: what is drawn is what was given."""

import pytest

from core.figures.bars import MEASURED, OTHER, share_bars

LABELS, SHARES, KINDS = ["as trained", "position off", "no position"], [0.98765, 0.0, 1.0], [False, False, True]


def test_every_share_is_a_bar_with_its_label_and_exact_percentage() -> None:
    (bars,) = share_bars(LABELS, SHARES, KINDS).data
    assert bars.type == "bar" and bars.orientation == "h"
    assert (list(bars.x), list(bars.y)) == (SHARES, LABELS)
    assert list(bars.text) == ["98.77%", "0.00%", "100.00%"]


def test_models_trained_so_have_another_colour() -> None:
    (bars,) = share_bars(LABELS, SHARES, KINDS).data
    assert list(bars.marker.color) == [MEASURED, MEASURED, OTHER]
    assert MEASURED != OTHER


def test_the_first_bar_is_on_top_and_the_axis_shows_all_that_a_share_can_be() -> None:
    layout = share_bars(LABELS, SHARES, KINDS).layout
    assert layout.yaxis.autorange == "reversed"
    assert list(layout.xaxis.range) == [0, 1]
    assert share_bars(LABELS * 2, SHARES * 2, KINDS * 2).layout.height > layout.height


def test_nothing_can_be_drawn() -> None:
    (bars,) = share_bars([], [], []).data
    assert len(bars.x or ()) == 0


@pytest.mark.parametrize(
    ("labels", "shares", "kinds"), [(LABELS[:2], SHARES, KINDS), (LABELS, SHARES[:2], KINDS), (LABELS, SHARES, [])]
)
def test_lists_that_do_not_belong_together(labels: list, shares: list, kinds: list) -> None:
    counts = f"{len(labels)} labels, {len(shares)} shares and {len(kinds)} kinds"
    with pytest.raises(ValueError, match=counts):
        share_bars(labels, shares, kinds)


@pytest.mark.parametrize("share", (-0.1, 1.01, 98.0, float("nan")))
def test_what_is_no_share(share: float) -> None:
    with pytest.raises(ValueError, match=f"between 0 and 1, got .*{share}"):
        share_bars(LABELS, [0.5, share, 0.5], KINDS)
