"""Positions: similarity against closed forms, the rotation as a group, and encoders that cannot tell places apart."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.analysis.position import (
    by_distance,
    interleaved,
    permutation_residual,
    rotation,
    rotation_residual,
    similarity,
    wavelengths,
)
from core.config import SINUSOIDS
from core.positions import FORMULAS, sinusoidal_encoding
from core.switches import Switches
from tests.core import tiny
from tests.core.runs import dates_run
from tests.core.tiny import VARIANTS, ids

OFF = Switches(position="off")
offsets = st.integers(-50, 50)
widths = st.integers(1, 8).map(lambda half: 2 * half)


def encodings(length: int, d_model: int) -> np.ndarray:
    """Encode positions with plain Python."""
    table = np.zeros((length, d_model))
    for p in range(length):
        for i in range(0, d_model, 2):
            angle = p / 10_000 ** (i / d_model)
            table[p, i : i + 2] = math.sin(angle), math.cos(angle)
    return table


@given(st.integers(1, 12), widths)
def test_sinusoids_are_alike_by_distance_alone(length: int, d_model: int) -> None:
    found = similarity(sinusoidal_encoding(torch.arange(length), d_model))
    for p, q in np.ndindex(length, length):
        expected = sum(math.cos((p - q) / 10_000 ** (i / d_model)) for i in range(0, d_model, 2))
        assert float(found.dot[p, q]) == pytest.approx(expected, abs=1e-9)
        assert float(found.cosine[p, q]) == pytest.approx(expected / (d_model / 2), abs=1e-9)
    gathered = by_distance(found.dot)
    assert float((gathered.highest - gathered.lowest).max()) < 1e-9


@given(arrays.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(-3, 3)))
def test_similarity_of_any_encodings(table: np.ndarray) -> None:
    found = similarity(torch.tensor(table))
    for p, q in np.ndindex(len(table), len(table)):
        dot = float(np.dot(table[p], table[q]))
        lengths = np.linalg.norm(table[p]) * np.linalg.norm(table[q])
        assert float(found.dot[p, q]) == pytest.approx(dot, abs=1e-9)
        if lengths > 1e-6:
            assert float(found.cosine[p, q]) == pytest.approx(dot / lengths, abs=1e-6)
    gathered = by_distance(found.dot)
    for distance in range(len(table)):
        values = [float(table[p] @ table[p + distance]) for p in range(len(table) - distance)]
        expected = pytest.approx((np.mean(values), min(values), max(values)), abs=1e-9)
        assert (gathered.mean[distance], gathered.lowest[distance], gathered.highest[distance]) == expected


@given(widths)
def test_after_its_wavelength_a_pair_is_back_where_it_began(d_model: int) -> None:
    found = wavelengths(d_model)
    assert found[0] == pytest.approx(2 * math.pi) and len(found) == d_model // 2
    for pair, length in enumerate(found.tolist()):
        angle = length / 10_000 ** (2 * pair / d_model)
        assert (math.sin(angle), math.cos(angle)) == pytest.approx((0, 1), abs=1e-9)
        half = length / 2 / 10_000 ** (2 * pair / d_model)
        assert math.cos(half) == pytest.approx(-1, abs=1e-9)


def test_an_encoding_of_zeros_has_no_cosine() -> None:
    assert similarity(torch.tensor([[0.0, 0.0], [0.0, 2.0]])).cosine.isnan().tolist() == [[True, True], [True, False]]


@given(offsets, widths, st.integers(0, 100))
def test_rotating_moves_an_encoding_on(offset: int, d_model: int, first: int) -> None:
    found = rotation(offset, d_model).numpy()
    table = encodings(first + 51, d_model)
    if first + offset >= 0:
        assert np.abs(found @ table[first] - encodings(first + offset + 1, d_model)[-1]).max() < 1e-9
    for i in range(0, d_model, 2):
        angle = offset / 10_000 ** (i / d_model)
        block = [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
        assert np.abs(found[i : i + 2, i : i + 2] - block).max() < 1e-9
        found[i : i + 2, i : i + 2] = 0
    assert not found.any()


@given(offsets, offsets, widths)
def test_rotations_add_up_and_keep_lengths(one: int, other: int, d_model: int) -> None:
    first, second = rotation(one, d_model), rotation(other, d_model)
    assert tiny.worst(first @ second, rotation(one + other, d_model)) < 1e-9
    assert tiny.worst(first @ first.T, torch.eye(d_model, dtype=torch.float64)) < 1e-9
    assert tiny.worst(rotation(-one, d_model), first.T) < 1e-9


def test_sinusoids_rotate_and_learned_positions_do_not() -> None:
    drawn = torch.tensor(np.random.default_rng(0).normal(size=(9, 6)))
    for offset in range(9):
        assert float(rotation_residual(sinusoidal_encoding(torch.arange(9), 6), offset).max()) < 1e-9
        found = rotation_residual(drawn, offset)
        turned = drawn.numpy()[: 9 - offset] @ rotation(offset, 6).numpy().T
        missing = np.linalg.norm(turned - drawn.numpy()[offset:], axis=1)
        assert found.tolist() == pytest.approx(
            (missing / np.linalg.norm(drawn.numpy()[offset:], axis=1)).tolist(), abs=1e-12
        )
        assert offset == 0 or float(found.min()) > 0.1


def test_what_positions_cannot_do() -> None:
    with pytest.raises(ValueError, match="d_model=7 is odd"):
        rotation(1, 7)
    for offset in (-1, 5):
        with pytest.raises(ValueError, match=f"offsets from 0 to 4, asked for {offset}"):
            rotation_residual(torch.ones(5, 4), offset)
    for order in ([0, 1, 1, 2, 3], [0, 1, 2], [1, 2, 3, 4, 5]):
        with pytest.raises(ValueError, match="does not order 5 tokens"):
            permutation_residual(tiny.model(), ids(5)[0], torch.tensor(order), OFF)


@given(st.permutations(range(6)), st.sampled_from(sorted(VARIANTS)))
def test_without_positions_only_the_order_of_the_outputs_changes(order: list[int], variant: str) -> None:
    built, source = tiny.model(**VARIANTS[variant]), ids(6)[0]
    assert float(permutation_residual(built, source, torch.tensor(order), OFF).max()) < 1e-10


@pytest.mark.parametrize("changes", ({}, {"position": "learned", "norm_order": "pre"}), ids=str)
def test_with_positions_it_is_how_far_each_token_moved(changes: dict) -> None:
    """Encode both orders here, layer after layer, and compare each token with itself."""
    built, source = tiny.model(**changes), ids(6)[0]
    order = [2, 0, 1, 5, 4, 3]
    found = permutation_residual(built, source, torch.tensor(order), Switches())
    streams = []
    for tokens in (source, source[order]):
        x = built.embed(built.source_embedding, tokens[None], built.source_positions(6))
        streams.append([(x := layer(x))[0].numpy() for layer in built.encoder])
    assert found.shape == (3, 6)
    for layer, (before, after) in enumerate(zip(*streams, strict=True)):
        for new, old in enumerate(order):
            moved = np.linalg.norm(after[new] - before[old]) / np.linalg.norm(before[old])
            assert float(found[layer, old]) == pytest.approx(moved, rel=1e-9)
    assert float(found.max()) > 0.1


def test_a_layer_that_is_left_out_has_no_residual() -> None:
    switches = Switches(position="off", skipped=frozenset({"encoder.1"}))
    found = permutation_residual(tiny.model(), ids(4)[0], torch.tensor([3, 2, 1, 0]), switches)
    assert found.isnan().any(1).tolist() == [False, True, False]


def test_the_shipped_model() -> None:
    built, trace, _ = dates_run()
    source = trace.source[:-3]
    table = built.source_positions(64).double()
    gathered = by_distance(similarity(table).cosine)
    assert float((gathered.highest - gathered.lowest).max()) < 1e-5
    assert max(float(rotation_residual(table, offset).max()) for offset in range(1, 64)) < 1e-5
    order = torch.arange(len(source)).flip(0)
    assert float(permutation_residual(built, source, order, OFF).max()) < 1e-4
    assert float(permutation_residual(built, source, order, Switches()).mean()) > 0.1


@pytest.mark.parametrize("kind", SINUSOIDS)
@pytest.mark.parametrize("first", [0, 2])
def test_every_kind_of_sinusoid_turns_by_its_own_rotation(kind, first):
    """Each pair stands together, is a point on the circle, and comes back after its wavelength."""
    places = torch.arange(first, first + 40)
    table = interleaved(FORMULAS[kind](places, 12), kind)
    for offset in (0, 1, 17):
        assert float(rotation_residual(table, offset, kind).max()) < 1e-9
    angles = 2 * math.pi * places[:, None].double() / wavelengths(12, kind)
    assert tiny.worst(table[:, 0::2], angles.sin()) < 1e-9 and tiny.worst(table[:, 1::2], angles.cos()) < 1e-9
    others = [other for other in SINUSOIDS if (other == "tensor2tensor") != (kind == "tensor2tensor")]
    assert all(float(rotation_residual(table, 17, other).max()) > 1e-3 for other in others)
