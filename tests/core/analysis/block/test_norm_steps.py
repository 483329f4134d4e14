"""LayerNorm and BatchNorm step by step in NumPy, equal to the model's own and to torch's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.analysis.block.norm_steps import NormSteps, batch_norm_steps, layer_norm_steps, norm_of, with_statistics
from core.analysis.block.residual_stream import stream_of
from tests.core import tiny
from tests.core.runs import dates_run, run


def drawn(seed: int, *shape: int) -> tuple[torch.Tensor, nn.LayerNorm]:
    """Draw numbers and a norm with a γ and a β of its own."""
    generator = torch.Generator().manual_seed(seed)
    norm = nn.LayerNorm(shape[-1], dtype=torch.float64).requires_grad_(False)
    tiny.randomise(norm, seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64) * 3 + 1, norm


def assert_steps(found: NormSteps, x: np.ndarray, axis: int, norm: nn.LayerNorm) -> None:
    """Check every step against NumPy's mean and variance."""
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    standardised = (x - mean) / np.sqrt(variance + norm.eps)
    expected = {
        "mean": mean, "centred": x - mean, "variance": variance, "standardised": standardised,
        "scaled": standardised * norm.weight.numpy(),
        "result": standardised * norm.weight.numpy() + norm.bias.numpy(),
    }  # fmt: skip
    for name, numbers in expected.items():
        step = getattr(found, name).numpy()
        assert step.shape == numbers.shape and np.abs(step - numbers).max() < 1e-9, name


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 4), st.integers(1, 9))
def test_each_step_of_both_norms(seed: int, batch: int, length: int, width: int) -> None:
    x, norm = drawn(seed, batch, length, width)
    assert_steps(layer_norm_steps(x, norm), x.numpy(), -1, norm)
    assert_steps(batch_norm_steps(x, norm), x.numpy().reshape(-1, width), 0, norm)
    assert tiny.worst(layer_norm_steps(x, norm).result, norm(x)) < 1e-9


@given(st.integers(0, 2**32), st.integers(2, 6), st.integers(1, 6))
def test_batch_norm_is_torchs_while_training(seed: int, tokens: int, width: int) -> None:
    x, norm = drawn(seed, tokens, width)
    reference = nn.BatchNorm1d(width, eps=norm.eps, dtype=torch.float64).requires_grad_(False)
    reference.weight.copy_(norm.weight)
    reference.bias.copy_(norm.bias)
    assert tiny.worst(batch_norm_steps(x, norm).result, reference(x)) < 1e-9


def test_padding_is_not_counted() -> None:
    x, norm = drawn(1, 2, 4, 5)
    real = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0]]).bool()
    kept = np.stack([x[b, q].numpy() for b, q in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2))])
    assert_steps(batch_norm_steps(x, norm, real), kept, 0, norm)
    with pytest.raises(ValueError, match="without a token"):
        batch_norm_steps(x, norm, torch.zeros(2, 4).bool())


def test_what_depends_on_the_other_tokens_and_what_does_not() -> None:
    x, norm = drawn(2, 5, 6)
    other = x.clone()
    other[4] += 1
    assert torch.equal(layer_norm_steps(x, norm).result[:4], layer_norm_steps(other, norm).result[:4])
    assert tiny.worst(batch_norm_steps(x, norm).result[:4], batch_norm_steps(other, norm).result[:4]) > 1e-3


@pytest.mark.parametrize("changes", ({}, {"norm_order": "pre", "final_norm": True}), ids=str)
def test_the_steps_of_a_run_end_where_the_model_did(changes: dict) -> None:
    built, trace = run(**changes)
    for side in ("encoder", "decoder"):
        for step in stream_of(built, trace, side):
            assert tiny.worst(layer_norm_steps(step.before_norm, norm_of(built, step.part)).result, step.normed) < 1e-10


def test_a_model_without_norms_has_none() -> None:
    assert norm_of(tiny.model(), "decoder.1.cross_attn").weight.shape == (14,)
    for built, part in (
        (tiny.model(layer_norm=False, final_norm=True), "encoder.final_norm"),
        (tiny.model(), "encoder.7.ffn"),
    ):
        with pytest.raises(ValueError, match=f"no norm at {part}"):
            norm_of(built, part)


def test_the_shipped_model() -> None:
    built, trace, _ = dates_run()
    for step in stream_of(built, trace, "encoder"):
        found = layer_norm_steps(step.before_norm, norm_of(built, step.part))
        assert tiny.worst(found.result, step.normed) < 1e-4
        again = batch_norm_steps(step.before_norm, norm_of(built, step.part), trace.source != 0)
        assert again.result.shape == (11, 128) and tiny.worst(again.result, step.normed[:11]) > 0.1


def test_a_token_outside_of_the_batch_is_normalised_by_the_batchs_statistics() -> None:
    x, norm = drawn(3, 6, 5)
    batch, outside = x[:5], x[5]
    found = batch_norm_steps(batch, norm)
    steps = with_statistics(outside, found.mean[0], found.variance[0], norm)
    mean, variance = batch.numpy().mean(0), batch.numpy().var(0)
    expected = (outside.numpy() - mean) / np.sqrt(variance + norm.eps) * norm.weight.numpy() + norm.bias.numpy()
    assert np.abs(steps.result.numpy() - expected).max() < 1e-10
