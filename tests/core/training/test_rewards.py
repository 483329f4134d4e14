"""Policy gradient: its estimate is the gradient of the expected reward, and rewards rise by it."""

import math
from itertools import product

import pytest
import torch
from torch import Tensor

from core.decoding.batch import decode_batch, sample_batch
from core.model import Transformer
from core.tasks.edit_distance import edit_distance
from core.training import Recipe, TrainingState, train
from core.training.batches import make_batch
from core.training.rewards import (
    Samples,
    draw_samples,
    policy_loss,
    reward_of,
    sequence_log_probs,
    upto_end,
)
from core.vocab import END, PAD, SPECIALS
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

FIRST = len(SPECIALS)
SMALL = {"target_vocab_size": FIRST + 2, "max_target_len": 2}
SOURCE = torch.tensor([[5, 6, 7]])
REFERENCE = [FIRST, END]


def trainable(**changes) -> Transformer:
    return tiny.model(**changes).requires_grad_()


def every_output(model: Transformer) -> list[list[int]]:
    """List everything that a model of at most two tokens can write."""
    symbols = range(model.config.target_vocab_size)
    return [[END]] + [list(pair) for pair in product(symbols, symbols) if pair[0] != END]


def scored(outputs: list[list[int]]) -> Tensor:
    return torch.tensor([reward_of("edit", output, REFERENCE) for output in outputs], dtype=torch.float64)


def gradient(model: Transformer, value: Tensor) -> Tensor:
    found = torch.autograd.grad(value, list(model.parameters()), allow_unused=True)
    return torch.cat([part.flatten() for part in found if part is not None])


def test_everything_that_can_be_written_has_probability_one() -> None:
    model = tiny.model(**SMALL)
    outputs = every_output(model)
    log_probs = sequence_log_probs(model, SOURCE.expand(len(outputs), -1), outputs)
    assert float(log_probs.exp().sum()) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("baseline", [0.0, 0.4])
def test_the_mean_of_the_estimate_is_the_gradient_of_the_expected_reward(baseline: float) -> None:
    model = trainable(**SMALL)
    outputs = every_output(model)
    rewards = scored(outputs)
    probs = sequence_log_probs(model, SOURCE.expand(len(outputs), -1), outputs).exp()
    wanted = gradient(model, -(probs * rewards).sum())
    found = torch.zeros_like(wanted)
    for output, reward, prob in zip(outputs, rewards, probs.tolist(), strict=True):
        one = Samples([output], None, reward[None], torch.tensor([baseline], dtype=torch.float64))
        found += prob * gradient(model, policy_loss(model, SOURCE, one))
    assert torch.allclose(found, wanted, atol=1e-5)


def test_log_probabilities_are_those_of_the_steps() -> None:
    model = tiny.model()
    output = [6, 7, END]
    read = torch.tensor([[1, 6, 7]])
    steps = model(SOURCE, read).log_softmax(-1)[0]
    expected = sum(float(steps[place, token]) for place, token in enumerate(output))
    longer = [6, 7, 8, 9, END]
    found = sequence_log_probs(model, SOURCE.expand(2, -1), [output, longer])
    assert float(found[0]) == pytest.approx(expected, rel=1e-5)


def test_rewards() -> None:
    assert reward_of("exact", [5, 6, END], [5, 6, END, PAD]) == 1 and reward_of("exact", [5, END], [5, 6, END]) == 0
    assert reward_of("edit", [5, 7, END], [5, 6, END]) == 1 - edit_distance([5, 7], [5, 6]) / 2 == 0.5
    assert reward_of("edit", [5, 6, 7, 8, 9], [4, END]) == 1 - 5
    assert upto_end([5, PAD, END, 6]) == [5]


def test_samples_are_drawn_as_often_as_the_model_says() -> None:
    model = tiny.model(**SMALL)
    count = 4000
    drawn = sample_batch(model, SOURCE.expand(count, -1), torch.Generator().manual_seed(0))
    outputs = every_output(model)
    probs = sequence_log_probs(model, SOURCE.expand(len(outputs), -1), outputs).exp().tolist()
    for output, prob in zip(outputs, probs, strict=True):
        share = drawn.count(output) / count
        assert abs(share - prob) < 5 * math.sqrt(prob * (1 - prob) / count) + 1e-9, output


def test_the_same_generator_draws_the_same_and_another_does_not() -> None:
    model = tiny.model()
    source = tiny.ids(5, 4, 3).repeat(4, 1)
    one, same, other = (sample_batch(model, source, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert one == same != other


def test_the_baseline_is_what_the_model_writes_by_itself() -> None:
    model = tiny.model()
    batch = make_batch([([5, 6, 7], [4, 5]), ([8, 9], [6, 7, 8])], model.config)
    samples = draw_samples(model, batch, "edit", "greedy", torch.Generator().manual_seed(0))
    greedy = decode_batch(model, batch.source)
    references = [[4, 5, END], [6, 7, 8, END]]
    assert samples.greedy == greedy
    expected = [reward_of("edit", *pair) for pair in zip(greedy, references, strict=True)]
    assert samples.baselines.tolist() == pytest.approx(expected)
    assert torch.equal(samples.advantages, samples.rewards - samples.baselines)
    assert not draw_samples(model, batch, "edit", "none", torch.Generator()).baselines.any()


def test_the_argmax_and_the_edit_distance_have_no_gradient() -> None:
    model = trainable()
    logits = model(SOURCE, torch.tensor([[1, 6]]))
    assert logits.requires_grad and not logits.argmax(-1).requires_grad


def test_rewards_rise_with_training_and_its_steps_say_so() -> None:
    sized = {"source_vocab_size": len(VOCABS[0]), "target_vocab_size": len(VOCABS[1]), "max_target_len": 8}
    config = tiny.config(**sized, max_source_len=8, dropout=0.0, head_width=None, d_model=24, d_ff=32)
    usual = {"batch_tokens": 300, "warmup": 4, "bf16": False, "label_smoothing": 0.0, "average": 1}
    begun = TrainingState.new("backwards", config, Recipe(steps=60, learning_rate=5e-3, **usual))
    list(train(begun, TASK, *VOCABS))
    recipe = Recipe(steps=60, learning_rate=1e-3, reward="edit", **usual)
    state = TrainingState.new("backwards", config, recipe, begun.model.state_dict())
    steps = list(train(state, TASK, *VOCABS))
    assert all(set(step.parts) == {"policy"} and step.rewarded is not None for step in steps)
    early, late = (sum(step.rewarded.reward for step in part) for part in (steps[:15], steps[-15:]))
    assert late > early + 0.5
    mixed = Recipe(steps=1, reward="exact", reward_weight=0.5, **(usual | {"warmup": 0}))
    (step,) = train(TrainingState.new("backwards", config, mixed), TASK, *VOCABS)
    assert set(step.parts) == {"policy", "cross_entropy"}


def test_a_reward_needs_a_decoder_that_can_be_drawn_from() -> None:
    with pytest.raises(ValueError, match="drawn token by token"):
        TrainingState.new("backwards", tiny.config(decoder="length"), Recipe(reward="edit"))
