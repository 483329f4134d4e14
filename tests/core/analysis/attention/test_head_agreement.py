"""Divergence of heads against its definition, clustering against the update formula of average linkage."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.attention.head_agreement import average_linkage, divergences, head_order
from core.analysis.attention.trace_weights import allowed_of, weights_of
from core.switches import Switches
from tests.core.runs import SITES, run


def kl(p: np.ndarray, q: np.ndarray) -> float:
    """Return the Kullback–Leibler divergence in bits."""
    return float(sum(a * np.log2(a / b) for a, b in zip(p, q, strict=True) if a > 0))


def jensen_shannon(one: np.ndarray, other: np.ndarray) -> float:
    """Average the divergence of two rows from their mean, over the rows where both attend."""
    found = []
    for p, q in zip(one, other, strict=True):
        if p.sum() > 0 and q.sum() > 0:
            p, q = p / p.sum(), q / q.sum()
            found.append((kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2)
    return float(np.mean(found)) if found else float("nan")


@pytest.mark.parametrize("attention", SITES)
@pytest.mark.parametrize("changes", ({}, {"normalizer": "relu"}, {"normalizer": "sigmoid"}), ids=str)
def test_every_pair_counted_again(attention: str, changes: dict) -> None:
    _, trace = run(**changes)
    weights, allowed = weights_of(trace, attention), allowed_of(trace, attention)
    found = divergences(weights, allowed).numpy()
    heads = np.where(allowed.numpy(), weights.double().numpy(), 0).reshape(-1, *allowed.shape)
    assert found.shape == (len(heads), len(heads))
    for one, other in np.ndindex(found.shape):
        assert found[one, other] == pytest.approx(jensen_shannon(heads[one], heads[other]), abs=1e-9, nan_ok=True)


def test_equal_heads_diverge_by_nothing_and_disjoint_ones_by_one_bit() -> None:
    left, right = torch.tensor([[0.25, 0.75, 0, 0]]), torch.tensor([[0, 0, 0.5, 0.5]])
    found = divergences(torch.stack((left, right, left))[None], torch.ones(1, 4).bool())
    assert found.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5))
def test_divergence_is_symmetric_and_lies_between_0_and_1(seed: int, heads: int, queries: int, keys: int) -> None:
    rng = np.random.default_rng(seed)
    weights = torch.tensor(rng.gamma(0.3, size=(2, heads, queries, keys)) * (rng.random((queries, keys)) < 0.8))
    found = divergences(weights, torch.ones(queries, keys).bool())
    assert torch.allclose(found, found.T, atol=1e-12, equal_nan=True)
    kept = found[~found.isnan()]
    assert bool((kept >= 0).all()) and bool((kept <= 1).all())
    assert bool((found.diagonal().nan_to_num() < 1e-12).all())


def symmetric(seed: int, count: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).random((count, count))
    return np.triu(drawn, 1) + np.triu(drawn, 1).T


def lance_williams(distances: np.ndarray) -> list[tuple[frozenset[int], float]]:
    """Cluster by updating distances: d(i ∪ j, k) = (n_i d(i,k) + n_j d(j,k)) / (n_i + n_j)."""
    members = {i: frozenset({i}) for i in range(len(distances))}
    table = {frozenset({i, j}): distances[i, j] for i in members for j in members if i < j}
    merged, new = [], len(distances)
    while len(members) > 1:
        pair = min(table, key=table.__getitem__)
        one, other = pair
        merged.append((members[one] | members[other], table.pop(pair)))
        for k in set(members) - pair:
            sides = [(len(members[x]), table.pop(frozenset({x, k}))) for x in (one, other)]
            table[frozenset({new, k})] = sum(n * d for n, d in sides) / sum(n for n, _ in sides)
        members[new] = members.pop(one) | members.pop(other)
        new += 1
    return merged


@given(st.integers(0, 2**32), st.integers(1, 9))
def test_clusters_are_those_of_the_update_formula(seed: int, count: int) -> None:
    distances = symmetric(seed, count)
    merges = average_linkage(torch.tensor(distances))
    expected = lance_williams(distances)
    assert [frozenset(merge.leaves) for merge in merges] == [members for members, _ in expected]
    assert [merge.distance for merge in merges] == pytest.approx([distance for _, distance in expected])
    heights = [merge.distance for merge in merges]
    assert heights == sorted(heights)
    for merge in merges:
        assert sorted((*merge.left, *merge.right)) == sorted(merge.leaves)


@given(st.integers(0, 2**32), st.integers(2, 8))
def test_an_order_holds_every_head_once_and_keeps_clusters_together(seed: int, count: int) -> None:
    distances = torch.tensor(symmetric(seed, count))
    order = head_order(distances)
    assert sorted(order) == list(range(count))
    for merge in average_linkage(distances):
        places = sorted(order.index(leaf) for leaf in merge.leaves)
        assert places == list(range(places[0], places[0] + len(places)))


def test_like_heads_stand_together_and_the_ends_that_meet_are_near() -> None:
    """Points on a line come back in the line's order, whatever order they were given in."""
    points = np.array([9.0, 0.0, 10.5, 1.0, 13.0, 2.2])
    order = head_order(torch.tensor(np.abs(points[:, None] - points)))
    assert list(points[order]) in (sorted(points), sorted(points, reverse=True))


def test_heads_without_rows_come_last() -> None:
    _, trace = run(Switches(skipped=frozenset({"encoder.1"})))
    table = divergences(weights_of(trace, "encoder"), allowed_of(trace, "encoder"))
    order = head_order(table)
    assert order[-3:] == [3, 4, 5] and sorted(order) == list(range(9))
    with pytest.raises(ValueError, match="leave out the heads"):
        average_linkage(table)
    assert head_order(torch.full((2, 2), torch.nan)) == [0, 1]
