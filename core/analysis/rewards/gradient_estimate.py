"""Policy gradient on one example: what was drawn, how noisy its estimate is, and what one step of it changes."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding.batch import decode_batch, sample_batch
from core.model import Transformer
from core.training.rewards import Reward, Samples, policy_loss, reward_of, sequence_log_probs


@dataclass(frozen=True, eq=False)
class Draws:
    """Hold the distinct outputs among those drawn for one source, the likeliest first.

    `samples` is what was drawn, one by one; `counts` how often each distinct output came; `greedy` what the model
    writes by itself, and `greedy_reward` what that earns, whether or not it serves as the baseline.

    Shapes: counts, rewards, log_probs [D]
    """

    source: Tensor
    samples: Samples
    outputs: list[list[int]]
    counts: Tensor
    rewards: Tensor
    log_probs: Tensor
    greedy: list[int]
    greedy_reward: float

    @property
    def baseline(self) -> float:
        """Return the reward that every drawn output is compared with."""
        return float(self.samples.baselines[0])

    @property
    def advantages(self) -> Tensor:
        """Return by how much each distinct output did better than the baseline. Shapes: → [D]"""
        return self.rewards - self.baseline

    @property
    def shares(self) -> Tensor:
        """Return each distinct output's share of what was drawn. Shapes: → [D]"""
        return self.counts / self.counts.sum()


def distinct(source: Tensor, samples: Samples, log_probs: Tensor, greedy: tuple[list[int], float]) -> Draws:
    """Gather equal outputs. Shapes: source [1,S], log_probs [B] → Draws"""
    first: dict[tuple[int, ...], int] = {}
    for place, output in enumerate(samples.outputs):
        first.setdefault(tuple(output), place)
    places = sorted(first.values(), key=lambda place: -float(log_probs[place]))
    outputs = [samples.outputs[place] for place in places]
    counts = torch.tensor([float(samples.outputs.count(output)) for output in outputs])
    return Draws(source, samples, outputs, counts, samples.rewards[places], log_probs[places], *greedy)


@dataclass(frozen=True)
class Noise:
    """Hold a gradient estimate's squared length and the variance of one drawn output's share in it."""

    squared: float
    variance: float


def gradient_noise(model: Transformer, draws: Draws, baseline: float) -> Noise:
    """Measure how far apart the gradients (reward − baseline) · ∇ log p of the drawn outputs lie, over all weights.

    The variance is the mean squared distance of one output's gradient from the mean of all.
    """
    copied = deepcopy(model).requires_grad_()
    weights = list(copied.parameters())
    mean, squares = torch.zeros(()), 0.0
    for output, reward, share in zip(draws.outputs, draws.rewards.tolist(), draws.shares.tolist(), strict=True):
        log_prob = sequence_log_probs(copied, draws.source, [output])[0]
        parts = torch.autograd.grad(log_prob, weights, allow_unused=True)
        one = (reward - baseline) * torch.cat([part.flatten() for part in parts if part is not None])
        mean, squares = mean + share * one, squares + share * float(one.square().sum())
    squared = float(mean.square().sum())
    return Noise(squared, max(0.0, squares - squared))


@dataclass(frozen=True)
class Estimate:
    """Hold the mean reward of drawn outputs and the standard error of that mean."""

    mean: float
    error: float


def expected_reward(
    model: Transformer, source: Tensor, reference: Sequence[int], kind: Reward, count: int, generator: torch.Generator
) -> Estimate:
    """Estimate the expected reward of one source from `count` outputs drawn anew. Shapes: source [1,S]"""
    outputs = sample_batch(model, source.expand(count, -1), generator)
    rewards = torch.tensor([reward_of(kind, output, reference) for output in outputs])
    return Estimate(float(rewards.mean()), float(rewards.std() / count**0.5))


@dataclass(frozen=True, eq=False)
class OneStep:
    """Hold what one step changed: the loss it went down on, log-probabilities and greedy output after it.

    `norm` is the 2-norm of the gradient over all weights.

    Shapes: log_probs [D], of the outputs drawn before
    """

    loss: float
    norm: float
    log_probs: Tensor
    greedy: list[int]
    model: Transformer


def one_step(model: Transformer, draws: Draws, rate: float) -> OneStep:
    """Make one plain gradient step on the drawn outputs, w − rate · ∇ policy_loss, on a copy of the model."""
    stepped = deepcopy(model).requires_grad_()
    loss = policy_loss(stepped, draws.source.expand(len(draws.samples.outputs), -1), draws.samples)
    weights = list(stepped.parameters())
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    with torch.no_grad():
        for weight, gradient in zip(weights, gradients, strict=True):
            if gradient is not None:
                weight.sub_(rate * gradient)
    stepped.requires_grad_(False)
    norm = torch.cat([part.flatten() for part in gradients if part is not None]).norm()
    log_probs = sequence_log_probs(stepped, draws.source.expand(len(draws.outputs), -1), draws.outputs)
    return OneStep(float(loss.detach()), float(norm), log_probs, decode_batch(stepped, draws.source)[0], stepped)
