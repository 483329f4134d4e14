"""Monotony of an alignment: near the diagonal, and in order."""

import math

import pytest
import torch

from core.analysis.attention.monotony import Monotony, monotony, rank_correlation, ranks


def test_left_to_right_and_right_to_left() -> None:
    straight = torch.eye(6)
    assert monotony(straight) == Monotony(pytest.approx(1.0), pytest.approx(1.0))
    turned = monotony(straight.flip(0))
    assert turned.rank_correlation == pytest.approx(-1.0)
    assert turned.near_diagonal == pytest.approx(2 / 6)  # the two rows in the middle


def test_a_longer_target_still_lies_on_the_diagonal() -> None:
    assert monotony(torch.eye(4).repeat_interleave(3, 0)).near_diagonal == pytest.approx(1.0)


def test_the_token_of_the_language_does_not_count() -> None:
    words = torch.eye(5)
    weights = torch.cat((torch.full((5, 1), 9.0), words), dim=1)
    assert monotony(weights, first=1) == monotony(words)
    assert monotony(weights).near_diagonal < 0.5


def test_even_attention_has_no_order() -> None:
    found = monotony(torch.full((5, 5), 0.2))
    assert found.near_diagonal == pytest.approx(13 / 25) and math.isnan(found.rank_correlation)
    assert math.isnan(monotony(torch.eye(1)).rank_correlation)
    with pytest.raises(ValueError, match="of 2 source tokens none is left from the one numbered 2 on"):
        monotony(torch.ones(3, 2), first=2)


def test_ranks_as_counted_by_hand() -> None:
    assert ranks(torch.tensor([0.5, 0.1, 0.5, 0.9])).tolist() == [1.5, 0.0, 1.5, 3.0]
    # 1 − 6 Σ d² / (n (n² − 1)), without equal numbers
    assert rank_correlation(torch.arange(4), torch.tensor([10.0, 30.0, 20.0, 40.0])) == pytest.approx(1 - 6 * 2 / 60)
