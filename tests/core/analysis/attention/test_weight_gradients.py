"""Gradients by the weights against finite differences of real runs in which one weight is overwritten."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from core.analysis.attention.weight_gradients import weight_gradients
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import OverwriteWeight
from core.trace import Trace
from tests.core import tiny
from tests.core.runs import dates_run, run
from tests.core.tiny import VARIANTS

MODELS = {**VARIANTS, "all positions at once": {"decoder": "end"}}
STEP = 1e-6


def log_prob(model: Transformer, trace: Trace, row: int, *overwritten: OverwriteWeight) -> float:
    """Return the log probability of a row's likeliest token with weights overwritten, from a run of its own."""
    switches = Switches(
        causal=trace.switches.causal, padding=trace.switches.padding, overwritten=frozenset(overwritten)
    )
    logits = full_pass(model, trace.source[None], trace.read(row + 1)[None], switches)
    return float(logits[0, row].log_softmax(-1)[trace.steps[row].predicted])


@pytest.mark.parametrize("changes", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("switches", (Switches(), Switches(causal=False, padding=False)), ids=("masks", "no masks"))
def test_each_gradient_is_a_finite_difference(changes: dict, switches: Switches) -> None:
    built, trace = run(switches, **changes)
    found = weight_gradients(built, trace)
    assert tiny.worst(found.weights[:, :, -1], trace.cross_weights()[:, :, -1]) < 1e-12
    generator = torch.Generator().manual_seed(1)
    layers, heads, rows, keys = found.weights.shape
    for _ in range(12):
        layer, head, row, key = (int(torch.randint(n, (), generator=generator)) for n in (layers, heads, rows, keys))
        weight = float(found.weights[layer, head, row, key])
        up, down = (
            log_prob(
                built, trace, row, OverwriteWeight(f"decoder.{layer}.cross_attn", head, row, key, weight + sign * STEP)
            )
            for sign in (1, -1)
        )
        assert float(found.gradients[layer, head, row, key]) == pytest.approx(
            (up - down) / (2 * STEP), rel=1e-5, abs=1e-7
        )


def test_the_product_is_gradient_times_weight_added_up_over_heads() -> None:
    built, trace = run()
    found = weight_gradients(built, trace)
    for layer in range(2):
        weights, gradients = found.weights[layer].numpy(), found.gradients[layer].numpy()
        expected = sum(weights[head] * gradients[head] for head in range(3))
        assert abs(found.products(layer).numpy() - expected).max() < 1e-15


def test_the_shared_model_stays_frozen_also_where_gradients_are_off() -> None:
    built, trace = run()
    before = {name: parameter.clone() for name, parameter in built.named_parameters()}
    with torch.inference_mode():
        inside = weight_gradients(built, trace)
    assert torch.equal(inside.gradients, weight_gradients(built, trace).gradients)
    assert not inside.gradients.requires_grad and not inside.weights.requires_grad
    for name, parameter in built.named_parameters():
        assert not parameter.requires_grad and parameter.grad is None
        assert torch.equal(parameter, before[name])


def test_threads_on_one_model_do_not_meet() -> None:
    built, _ = run()
    traces = [run(seed=5)[1], run(Switches(padding=False), seed=5)[1]] * 4
    alone = [weight_gradients(built, trace).gradients for trace in traces]
    with ThreadPoolExecutor(2) as pool:
        together = pool.map(lambda trace: weight_gradients(built, trace).gradients, traces)
    assert all(torch.equal(one, other) for one, other in zip(alone, together, strict=True))


def test_a_cross_attention_left_out() -> None:
    built, trace = run(Switches(skipped=frozenset({"decoder.0.cross_attn"})))
    with pytest.raises(ValueError, match="left a cross-attention out"):
        weight_gradients(built, trace)


def test_every_weight_of_the_shipped_model_has_a_gradient() -> None:
    built, trace, _ = dates_run()
    found = weight_gradients(built, trace)
    assert found.weights.shape == found.gradients.shape == (3, 4, len(trace.steps), len(trace.source))
    assert bool(found.gradients.isfinite().all()) and bool(found.gradients.any())
