"""Moving one bias: as models with that bias really write, and with the slope of their expected reward."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from core.analysis.rewards.flat_reward import greedy_by_offset, log_probs_by_offset, move_bias
from core.decoding.batch import decode_batch, sample_batch
from core.model import Transformer
from core.training.rewards import reward_of, sequence_log_probs
from core.vocab import END
from tests.core import tiny
from tests.core.training.test_rewards import REFERENCE, SMALL, every_output

SOURCE = tiny.ids(5)
OFFSETS = torch.linspace(-4, 4, 9, dtype=torch.float64)


def biased(model: Transformer, token: int, offset: float) -> Transformer:
    copied = deepcopy(model)
    copied.output_bias[token] += offset
    return copied


@pytest.mark.parametrize("token", [END, 6])
def test_outputs_and_log_probabilities_are_those_of_models_with_that_bias(token: int) -> None:
    model = tiny.stopping_model()
    drawn = sample_batch(model, SOURCE.expand(20, -1), torch.Generator().manual_seed(0))
    greedy = greedy_by_offset(model, SOURCE, token, OFFSETS)
    log_probs, scores = log_probs_by_offset(model, SOURCE, drawn, token, OFFSETS)
    for place, offset in enumerate(OFFSETS.tolist()):
        other = biased(model, token, offset)
        assert greedy[place] == decode_batch(other, SOURCE)[0]
        wanted = sequence_log_probs(other, SOURCE.expand(20, -1), drawn)
        assert torch.allclose(log_probs[place], wanted.double(), atol=1e-5)
        near = log_probs_by_offset(
            model, SOURCE, drawn, token, torch.tensor([offset - 1e-5, offset + 1e-5], dtype=torch.float64)
        )[0]
        assert torch.allclose(scores[place], (near[1] - near[0]) / 2e-5, atol=1e-4)
    assert len({tuple(output) for output in greedy}) > 1


def test_the_slope_over_all_outputs_is_the_gradient_of_the_expected_reward() -> None:
    model = tiny.model(**SMALL)
    outputs, token = every_output(model), 4
    found = move_bias(model, SOURCE, REFERENCE, "edit", outputs, token, OFFSETS)
    assert np.allclose(found.covered, 1, atol=1e-5)
    rewards = torch.tensor([reward_of("edit", output, REFERENCE) for output in outputs], dtype=torch.float64)
    for place, offset in enumerate(OFFSETS.tolist()):
        other = biased(model, token, offset)
        other.output_bias.requires_grad_()
        expected = (sequence_log_probs(other, SOURCE.expand(len(outputs), -1), outputs).exp() * rewards).sum()
        (gradient,) = torch.autograd.grad(expected, other.output_bias)
        assert float(found.expected[place]) == pytest.approx(float(expected.detach()), abs=1e-5)
        assert float(found.slopes[place]) == pytest.approx(float(gradient[token]), abs=1e-5)


def test_the_argmax_output_moves_in_stairs() -> None:
    model = tiny.stopping_model()
    fine, reference = torch.linspace(-4, 4, 301, dtype=torch.float64), [9, 7, 7, END]
    found = move_bias(model, SOURCE, reference, "edit", [[6, END], [7, END]], 7, fine)
    assert 0 < int((found.steps.diff() != 0).sum()) < 10
    for output, reward in zip(found.greedy, found.steps.tolist(), strict=True):
        assert reward == reward_of("edit", output, reference)
