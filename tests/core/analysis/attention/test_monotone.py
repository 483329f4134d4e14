"""How monotone an alignment is: by hand, against numpy, and whatever the rows' sums are."""

import math

import numpy as np
import pytest
import torch

from core.analysis.attention.monotone import monotony, rank_correlation, ranks


def test_a_diagonal_is_monotone_and_its_mirror_is_turned_round() -> None:
    found, turned = monotony(torch.eye(9)), monotony(torch.eye(9).flip(1))
    assert found.near == 1 and found.rank == pytest.approx(1)
    assert turned.rank == pytest.approx(-1) and turned.near < 0.5


def test_even_weights_have_the_even_share_and_no_order() -> None:
    found = monotony(torch.full((7, 13), 1 / 13))
    assert found.near == pytest.approx(found.even) and math.isnan(found.rank)
    assert found.even == pytest.approx(
        np.mean([abs(j - ((i + 0.5) * 13 / 7 - 0.5)) <= 2 for i in range(7) for j in range(13)])
    )


def test_a_verb_held_back_costs_little_of_the_order_and_one_word_is_no_order() -> None:
    order = [0, 1, 3, 4, 5, 6, 2]
    held = monotony(torch.eye(7)[order])
    squares = sum((place - key) ** 2 for place, key in enumerate(order))
    assert held.rank == pytest.approx(1 - 6 * squares / (7 * (49 - 1))) and held.rank < 1
    assert math.isnan(monotony(torch.ones(1, 5)).rank)


def test_a_row_counts_by_its_shares_and_an_empty_row_not_at_all() -> None:
    weights = torch.eye(6)
    weights[2] *= 0.1
    assert monotony(weights) == monotony(torch.eye(6))
    weights[3] = 0
    found = monotony(weights)
    assert found.near == 1 and found.rank == pytest.approx(1)
    assert math.isnan(monotony(torch.zeros(3, 3)).near)


def test_equal_numbers_share_their_ranks() -> None:
    assert ranks(torch.tensor([3.0, 1.0, 3.0, 2.0])).tolist() == [2.5, 0, 2.5, 1]
    rng = np.random.default_rng(5)
    one, other = rng.integers(0, 6, 40), rng.integers(0, 6, 40)
    mean_ranks = [np.array([(x > v).sum() + ((v == x).sum() - 1) / 2 for x in v]) for v in (one, other)]
    expected = np.corrcoef(*mean_ranks)[0, 1]
    assert rank_correlation(torch.tensor(one), torch.tensor(other)) == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 3, 4), (5,)])
def test_what_is_no_map_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no map"):
        monotony(torch.zeros(shape))
