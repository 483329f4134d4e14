"""Numbers as the browser is sent them: exact, or in twelve bits each."""

import base64

import numpy as np
import pytest

from core.figures.packing import packed, rounded, unpacked


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 101, 4096])
def test_rounded_numbers_come_back_within_half_a_step(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count) * 3
    found = unpacked(rounded(values))
    assert found.shape == (count,)
    assert np.abs(found - values).max() <= 0.501 * np.abs(values).max() / 2047


def test_each_run_has_a_scale_of_its_own() -> None:
    values = np.stack([np.linspace(-1, 1, 50), np.linspace(-1000, 1000, 50)])
    found = unpacked(rounded(values, runs=2)).reshape(2, 50)
    assert np.abs(found[0] - values[0]).max() < 0.001 and np.abs(found[1] - values[1]).max() < 0.3


def test_twelve_bits_take_two_bytes_a_number() -> None:
    weights = np.random.default_rng(1).random((4, 30, 40))
    assert len(rounded(weights)) <= 2 * weights.size + 20


def test_zeros_and_what_is_not_finite_are_zeros_and_nothing_is_nothing() -> None:
    assert unpacked(rounded(np.zeros(5))).tolist() == [0] * 5
    assert unpacked(rounded([np.nan, 1.0, np.inf])).tolist() == [0, pytest.approx(1), 0]
    assert unpacked(rounded(np.zeros((1, 0)))).size == 0


def test_exact_numbers_are_as_they_were() -> None:
    values = np.array([0.1, -3.5, 1e-9], "<f4")
    assert unpacked(packed(values, "<f4")).tolist() == values.astype(float).tolist()
    assert base64.b64decode(packed(values, "<f4")) == values.tobytes()
