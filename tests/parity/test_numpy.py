"""Scores, normalisers and positions against plain NumPy, written from the papers with loops."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from core.attention import (
    NORMALIZERS,
    additive_score,
    attend,
    dot_score,
    relu_normalizer,
    scaled_dot_score,
    sigmoid_normalizer,
    softmax_normalizer,
)
from core.positions import PositionalEncoding, halves_encoding, sinusoidal_encoding, tensor2tensor_encoding

BATCH, HEADS, QUERY_LEN, KEY_LEN, WIDTH = 2, 3, 7, 11, 5


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def cells():
    """Walk over every (batch, head, query, key)."""
    return np.ndindex(BATCH, HEADS, QUERY_LEN, KEY_LEN)


@pytest.fixture
def query() -> Tensor:
    return draw(1, BATCH, HEADS, QUERY_LEN, WIDTH)


@pytest.fixture
def key() -> Tensor:
    return draw(2, BATCH, HEADS, KEY_LEN, WIDTH)


@pytest.fixture(params=["none", "padding", "arbitrary"])
def mask(request) -> Tensor | None:
    if request.param == "none":
        return None
    if request.param == "padding":
        allowed = torch.ones(BATCH, 1, 1, KEY_LEN, dtype=torch.bool)
        allowed[1, ..., -4:] = False
        return allowed
    allowed = torch.rand(BATCH, HEADS, QUERY_LEN, KEY_LEN, generator=torch.Generator().manual_seed(3)) > 0.4
    allowed[0, 1, 2] = False
    return allowed


def test_dot_and_scaled_dot_scores(query: Tensor, key: Tensor) -> None:
    q, k = query.numpy(), key.numpy()
    dot, scaled = dot_score(query, key).numpy(), scaled_dot_score(query, key).numpy()
    for b, h, i, j in cells():
        product = sum(q[b, h, i, n] * k[b, h, j, n] for n in range(WIDTH))
        assert dot[b, h, i, j] == pytest.approx(product, abs=1e-12)
        assert scaled[b, h, i, j] == pytest.approx(product / math.sqrt(WIDTH), abs=1e-12)


def test_additive_score(query: Tensor, key: Tensor) -> None:
    vector = draw(4, HEADS, WIDTH)
    scores = additive_score(query, key, vector).numpy()
    q, k, v = query.numpy(), key.numpy(), vector.numpy()
    for b, h, i, j in cells():
        expected = sum(v[h, n] * math.tanh(q[b, h, i, n] + k[b, h, j, n]) for n in range(WIDTH))
        assert scores[b, h, i, j] == pytest.approx(expected, abs=1e-12)


def loops(scores: np.ndarray, allowed: np.ndarray, kind: str) -> np.ndarray:
    """Normalise row by row, reading nothing but the allowed scores."""
    weights = np.zeros_like(scores)
    for b, h, i in np.ndindex(*scores.shape[:3]):
        keys = [j for j in range(scores.shape[3]) if allowed[b, h, i, j]]
        row = {j: float(scores[b, h, i, j]) for j in keys}
        if kind == "softmax":
            strength = {j: math.exp(e) for j, e in row.items()}
        elif kind == "relu":
            strength = {j: max(0.0, e) for j, e in row.items()}
        else:
            strength = {j: 1 / (1 + math.exp(-(e - math.log(len(keys))))) for j, e in row.items()}
        total = 1.0 if kind == "sigmoid" else sum(strength.values())
        for j in keys:
            weights[b, h, i, j] = strength[j] / total if total else 0.0
    return weights


@pytest.mark.parametrize("kind", NORMALIZERS)
def test_normalizers(kind: str, mask: Tensor | None) -> None:
    scores = 2 * draw(5, BATCH, HEADS, QUERY_LEN, KEY_LEN)
    scores[0, 0, 0] = -scores[0, 0, 0].abs()
    allowed = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    weights = NORMALIZERS[kind](scores, mask).numpy()
    assert np.abs(weights - loops(scores.numpy(), allowed.numpy(), kind)).max() <= 1e-12


def test_the_table_of_normalizers_names_them_right() -> None:
    expected = {"softmax": softmax_normalizer, "relu": relu_normalizer, "sigmoid": sigmoid_normalizer}
    assert expected == NORMALIZERS


def test_attend_is_the_weighted_sum_of_values(query: Tensor, key: Tensor, mask: Tensor | None) -> None:
    value = draw(6, BATCH, HEADS, KEY_LEN, WIDTH)
    weights = softmax_normalizer(scaled_dot_score(query, key), mask).numpy()
    expected = np.einsum("bhqk,bhkd->bhqd", weights, value.numpy())
    assert np.abs(attend(query, key, value, mask).numpy() - expected).max() <= 1e-12


@pytest.mark.parametrize("d_model", (2, 10, 128))
def test_sinusoidal_encoding(d_model: int) -> None:
    positions = [-3, 0, 1, 2, 17, 63, 1000]
    table = sinusoidal_encoding(torch.tensor(positions), d_model).numpy()
    assert table.shape == (len(positions), d_model)
    for row, position in zip(table, positions, strict=True):
        for i in range(d_model // 2):
            angle = position / 10_000 ** (2 * i / d_model)
            assert row[2 * i] == pytest.approx(math.sin(angle), abs=1e-10)
            assert row[2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-10)


@pytest.mark.parametrize(("last", "encoding"), [(0, halves_encoding), (1, tensor2tensor_encoding)])
def test_encodings_in_halves(last: int, encoding: Callable[[Tensor, int], Tensor]) -> None:
    positions, half = [-3, 0, 1, 17, 1000], 5
    table = encoding(torch.tensor(positions), 2 * half).numpy()
    for row, position in zip(table, positions, strict=True):
        for i in range(half):
            angle = position / 10_000 ** (i / (half - last))
            assert row[i] == pytest.approx(math.sin(angle), abs=1e-10)
            assert row[half + i] == pytest.approx(math.cos(angle), abs=1e-10)


def test_positions_may_be_numbered_from_another_than_0() -> None:
    encoding = PositionalEncoding("halves", 7, 10, first_position=2)
    expected = halves_encoding(torch.arange(2, 14), 10).float()
    assert torch.equal(encoding(torch.arange(7)), expected[:7])
    assert torch.equal(encoding(torch.arange(12)), expected)


def test_the_table_and_the_positions_beyond_it_are_the_same_encoding() -> None:
    short, long = PositionalEncoding("sinusoidal", 7, 10), PositionalEncoding("sinusoidal", 23, 10)
    within, beyond = torch.arange(7), torch.arange(-2, 23)
    assert torch.equal(short(within), long(within))
    assert torch.equal(short(beyond)[2:], long(torch.arange(23)))
    assert torch.equal(short(beyond)[2:9], short(within))


def test_a_learned_table_is_read_by_position_and_says_how_far_it_reaches() -> None:
    learned = PositionalEncoding("learned", 7, 10)
    learned.reset_parameters(torch.Generator().manual_seed(1))
    assert torch.equal(learned(torch.tensor([4, 2])), learned.table[[4, 2]])
    for positions in (torch.tensor([3, 7]), torch.tensor([-1, 3])):
        with pytest.raises(ValueError, match=r"reach from 0 to 6, asked for (3 to 7|-1 to 3)"):
            learned(positions)
    assert PositionalEncoding("none", 7, 10)(torch.arange(3)) is None
