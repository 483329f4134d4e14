"""One example's policy gradient: counted, compared with every output there is, and made on a copy alone."""

from itertools import product

import numpy as np
import pytest
import torch

from core.analysis.rewards.gradient_estimate import Draws, distinct, expected_reward, gradient_noise, one_step
from core.decoding.batch import decode_batch
from core.model import Transformer
from core.training.batches import make_batch
from core.training.rewards import Samples, draw_samples, policy_loss, reward_of, sequence_log_probs
from core.vocab import END, SPECIALS
from tests.core import tiny

FIRST = len(SPECIALS)
REFERENCE = [FIRST, FIRST + 1]
SOURCE = [5, 6, 7]
SIZES = {"target_vocab_size": FIRST + 2, "max_target_len": 3}


def drawn(model: Transformer, count: int, baseline: str = "greedy", seed: int = 0) -> Draws:
    batch = make_batch([(SOURCE, REFERENCE)] * count, model.config)
    samples = draw_samples(model, batch, "edit", baseline, torch.Generator().manual_seed(seed))
    greedy = decode_batch(model, batch.source[:1])[0]
    log_probs = sequence_log_probs(model, batch.source, samples.outputs)
    return distinct(batch.source[:1], samples, log_probs, (greedy, reward_of("edit", greedy, REFERENCE)))


def exact_expected(model: Transformer) -> float:
    """Sum p · reward over everything that a model of at most three tokens can write."""
    symbols, outputs = range(model.config.target_vocab_size), [[END]]
    for length in (2, 3):
        ends = [END] if length < 3 else symbols
        outputs += [[*begun, end] for begun in product(symbols, repeat=length - 1) if END not in begun for end in ends]
    probs = sequence_log_probs(model, torch.tensor([SOURCE]).expand(len(outputs), -1), outputs).exp()
    assert float(probs.sum()) == pytest.approx(1, abs=1e-6)
    return sum(p * reward_of("edit", output, REFERENCE) for p, output in zip(probs.tolist(), outputs, strict=True))


def test_equal_outputs_are_gathered_and_counted() -> None:
    outputs = [[5, END], [4, END], [5, END], [5, 4, END]]
    samples = Samples(outputs, None, torch.tensor([0.1, 0.2, 0.1, 0.3]), torch.zeros(4))
    found = distinct(torch.tensor([SOURCE]), samples, torch.tensor([-2.0, -1.0, -2.0, -3.0]), ([4, END], 0.2))
    assert found.outputs == [[4, END], [5, END], [5, 4, END]]
    assert found.counts.tolist() == [1, 2, 1] and found.log_probs.tolist() == [-1, -2, -3]
    assert found.rewards.tolist() == pytest.approx([0.2, 0.1, 0.3]) and found.shares.tolist() == [0.25, 0.5, 0.25]
    assert found.baseline == 0 and torch.equal(found.advantages, found.rewards)


def test_the_noise_is_the_variance_of_the_gradients_of_single_samples() -> None:
    model = tiny.model(**SIZES)
    draws = drawn(model, 12)
    for baseline in (0.0, draws.greedy_reward):
        each = []
        for output in draws.samples.outputs:
            copied = tiny.model(**SIZES).requires_grad_()
            reward = torch.tensor([reward_of("edit", output, REFERENCE)], dtype=torch.float64)
            one = Samples([output], None, reward, torch.tensor([baseline], dtype=torch.float64))
            parts = torch.autograd.grad(
                -policy_loss(copied, draws.source, one), list(copied.parameters()), allow_unused=True
            )
            each.append(torch.cat([part.flatten() for part in parts if part is not None]).numpy())
        found = gradient_noise(model, draws, baseline)
        assert found.variance == pytest.approx(float(np.var(each, axis=0).sum()), rel=1e-5)
        assert found.squared == pytest.approx(float((np.mean(each, axis=0) ** 2).sum()), rel=1e-5)


def test_the_expected_reward_is_estimated_within_its_error() -> None:
    model = tiny.model(**SIZES)
    found = expected_reward(model, torch.tensor([SOURCE]), REFERENCE, "edit", 3000, torch.Generator().manual_seed(1))
    assert abs(found.mean - exact_expected(model)) < 5 * found.error and 0 < found.error < 0.05


def test_a_step_goes_down_the_loss_and_up_the_expected_reward_as_far_as_the_gradient_says() -> None:
    model, rate = tiny.model(**SIZES), 1e-4
    draws = drawn(model, 4000)
    found = one_step(model, draws, rate)
    gained = float(((found.log_probs - draws.log_probs) * draws.advantages * draws.shares).sum())
    assert gained == pytest.approx(rate * found.norm**2, rel=0.02)
    # Of so many samples, the loss's gradient is nearly that of the expected reward itself.
    assert exact_expected(found.model) - exact_expected(model) == pytest.approx(rate * found.norm**2, rel=0.3)


def test_a_step_leaves_the_model_that_all_share_as_it_was() -> None:
    model = tiny.model(**SIZES)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    draws = drawn(model, 8)
    found = one_step(model, draws, 0.1)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not any(weight.requires_grad for weight in model.parameters())
    assert any(not torch.equal(tensor, before[name]) for name, tensor in found.model.state_dict().items())
    assert torch.equal(found.log_probs, sequence_log_probs(found.model, draws.source.expand(
        len(draws.outputs), -1), draws.outputs))  # fmt: skip


def test_without_advantages_a_step_changes_nothing() -> None:
    model = tiny.model(**SIZES)
    draws = drawn(model, 6)
    even = distinct(
        draws.source,
        Samples(draws.samples.outputs, None, torch.ones(6), torch.ones(6)),
        torch.zeros(6),
        (draws.greedy, 1.0),
    )
    found = one_step(model, even, 10.0)
    assert found.norm == 0 and found.greedy == draws.greedy
