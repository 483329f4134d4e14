"""Filters against brute force, draws against the distribution."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from core.decoding import sampler, temperature, top_k, top_p

# Whole numbers, so that ties are common.
logits = st.lists(st.integers(-4, 4), min_size=1, max_size=9)


def log_probs(raw: list[int]) -> Tensor:
    return torch.tensor(raw, dtype=torch.float64).log_softmax(-1)


def softmax(raw: list[float]) -> list[float]:
    total = sum(math.exp(x) for x in raw)
    return [math.exp(x) / total for x in raw]


def renormalised(probs: list[float], kept: set[int]) -> list[float]:
    total = sum(probs[i] for i in kept)
    return [p / total if i in kept else 0.0 for i, p in enumerate(probs)]


def ranked(raw: list[int]) -> list[int]:
    """List token ids, the likeliest first, the first of equals first."""
    return sorted(range(len(raw)), key=lambda i: (-raw[i], i))


@given(raw=logits, degree=st.floats(0.1, 10))
def test_temperature(raw: list[int], degree: float) -> None:
    expected = softmax([x / degree for x in raw])
    assert temperature(degree)(log_probs(raw)).exp().tolist() == pytest.approx(expected, abs=1e-9)


@given(raw=logits, count=st.integers(1, 12))
def test_top_k(raw: list[int], count: int) -> None:
    expected = renormalised(softmax(raw), set(ranked(raw)[:count]))
    assert top_k(count)(log_probs(raw)).exp().tolist() == pytest.approx(expected, abs=1e-9)


@given(raw=logits, share=st.floats(0.01, 1))
def test_top_p(raw: list[int], share: float) -> None:
    probs, kept, reached = softmax(raw), set(), 0.0
    for i in ranked(raw):
        assume(share == 1 or abs(reached - share) > 1e-9)
        if reached >= share:
            break
        kept.add(i)
        reached += probs[i]
    kept = set(range(len(raw))) if share == 1 else kept
    assert top_p(share)(log_probs(raw)).exp().tolist() == pytest.approx(renormalised(probs, kept), abs=1e-9)


@given(raw=logits, count=st.integers(1, 9), share=st.floats(0.05, 0.95), degree=st.floats(0.3, 3))
def test_filters_compose_into_a_distribution(raw: list[int], count: int, share: float, degree: float) -> None:
    filtered = top_p(share)(top_k(count)(temperature(degree)(log_probs(raw))))
    probs = filtered.exp()
    assert float(probs.sum()) == pytest.approx(1)
    assert 1 <= int((probs > 0).sum()) <= min(count, len(raw))
    assert float(probs[ranked(raw)[0]]) > 0


def test_edge_cases() -> None:
    even = torch.zeros(5).log_softmax(-1)
    assert top_k(1)(even).exp().tolist() == [1, 0, 0, 0, 0]
    assert top_k(5)(even).tolist() == pytest.approx(even.tolist())
    assert top_k(99)(even).tolist() == pytest.approx(even.tolist())
    assert top_p(1e-9)(even).exp().tolist() == [1, 0, 0, 0, 0]
    assert top_p(0.41)(even).exp().tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0])
    sure = torch.tensor([-torch.inf, 0.0, -torch.inf])
    for keep in (temperature(0.5), top_k(2), top_p(0.9), top_p(1.0)):
        assert keep(sure).exp().tolist() == [0, 1, 0]


def test_top_p_of_one_keeps_even_the_unlikeliest_token() -> None:
    peaked = torch.tensor([0.0, -20.0, -30.0]).log_softmax(-1)
    assert top_p(1.0)(peaked).tolist() == pytest.approx(peaked.tolist())


@pytest.mark.parametrize("make", [temperature, top_p])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_what_no_filter_takes(make, value: float) -> None:
    with pytest.raises(ValueError, match=f"got {value}"):
        make(value)


def test_what_the_other_filters_do_not_take() -> None:
    with pytest.raises(ValueError, match="got 0"):
        top_k(0)
    with pytest.raises(ValueError, match=r"got 1\.5"):
        top_p(1.5)


# The 99.9 % points of chi-square for 1 … 7 degrees of freedom.
CRITICAL = (10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32)
FILTERS = {
    "none": (),
    "temperature": (temperature(1.7),),
    "top-k": (top_k(4),),
    "top-p": (top_p(0.8),),
    "all": (temperature(2.0), top_k(6), top_p(0.9)),
}


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS.keys())
def test_draws_follow_the_distribution(filters: tuple) -> None:
    draws = 3000
    distribution = torch.tensor([1.0, 0.3, -0.5, 0.9, 0.0, -1.0, 0.6]).log_softmax(-1)
    choose = sampler(torch.Generator().manual_seed(1), *filters)
    seen = Counter(choose(distribution) for _ in range(draws))
    expected = distribution
    for keep in filters:
        expected = keep(expected)
    probs = [float(p) for p in expected.exp()]
    possible = [i for i, p in enumerate(probs) if p > 0]
    assert set(seen) <= set(possible)
    distance = sum((seen[i] - draws * probs[i]) ** 2 / (draws * probs[i]) for i in possible)
    assert distance < CRITICAL[len(possible) - 2]


def test_filters_act_in_the_order_given() -> None:
    distribution = torch.tensor([2.0, 1.0, 0.0, -1.0]).log_softmax(-1)
    generator = torch.Generator().manual_seed(1)
    narrow = {sampler(generator, top_p(0.6), temperature(100.0))(distribution) for _ in range(200)}
    wide = {sampler(generator, temperature(100.0), top_p(0.6))(distribution) for _ in range(200)}
    assert narrow == {0}
    assert wide == {0, 1, 2}


@pytest.mark.parametrize("keep", [temperature(0.7), top_k(2), top_p(0.6), top_p(1.0)])
def test_filters_take_many_distributions_each_for_itself(keep) -> None:
    generator = torch.Generator().manual_seed(3)
    many = torch.randn(5, 7, generator=generator).log_softmax(-1)
    assert torch.equal(keep(many), torch.stack([keep(row) for row in many]))
