"""The loop: batches in, TrainStep out; to stop is to stop asking."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import nn

from core.sentences import Refusal
from core.tasks import Task
from core.training.batches import Batch, Pair, bucketed, make_batch
from core.training.distributed import ALONE, World
from core.training.encoding import encode_example
from core.training.loss import Objective
from core.training.masking import mask_some
from core.training.randomness import drawn_for
from core.training.recipe import Recipe
from core.training.rewards import Samples, draw_samples
from core.training.schedule import learning_rate
from core.training.scheduled_sampling import batch_as_read
from core.training.state import TrainingState
from core.vocab import Vocabulary


@dataclass(frozen=True)
class RewardStatistics:
    """Sum up the samples of a batch: mean reward, mean baseline, variance of the differences."""

    reward: float
    baseline: float
    variance: float


@dataclass(frozen=True)
class TrainStep:
    """Report one update; `parts` sum to the loss, `rewarded` is there where samples were drawn.

    Units: loss in nats a token, learning_rate per step, grad_norm before clipping, tokens of the target
    """

    step: int
    epoch: int
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    parts: dict[str, float] = field(default_factory=dict)
    rewarded: RewardStatistics | None = None


def epoch_pairs(
    task: Task, recipe: Recipe, epoch: int, source_vocab: Vocabulary, target_vocab: Vocabulary
) -> list[Pair]:
    """Return an epoch of a task as token ids."""
    vocabs, rng = (source_vocab, target_vocab), random.Random(f"cuts-{recipe.seed}-{epoch}")
    examples = task.training_pairs(recipe.seed, epoch)
    return [encode_example(task, vocabs, x, recipe.subword_sampling, rng) for x in examples]


def train(
    state: TrainingState, task: Task, source_vocab: Vocabulary, target_vocab: Vocabulary, world: World = ALONE
) -> Iterator[TrainStep]:
    """Go on with a run until its recipe's last step, one update at a time.

    The batches depend on the recipe's seed and the epoch alone, so a run that was saved and loaded continues as if it
    had never stopped. In a world of several processes each takes its share of every batch.

    Raises: ValueError if an epoch of the task is empty.
    """
    recipe = state.recipe
    state.move_to(world.device)
    state.model.train()
    objective = world.wrap(Objective(state.model, recipe))
    while state.step < recipe.steps:
        pairs = epoch_pairs(task, recipe, state.epoch, source_vocab, target_vocab)
        if not pairs:
            raise Refusal("refusal.no_training_pairs", task=task.name, epoch=state.epoch)
        rng = random.Random(f"batches-{recipe.seed}-{state.epoch}")
        for index, group in enumerate(bucketed(pairs, recipe.batch_tokens, rng)):
            if index < state.batch:
                continue
            began = time.perf_counter()
            mine = world.share(group)
            batch = make_batch(mine or group[:1], state.model.config)
            if recipe.mask_predict:
                batch = mask_some(batch, drawn_for("masks", recipe.seed, state.epoch, index))
            step = update(state, batch, objective, world, idle=not mine)
            state.batch = index + 1
            state.seconds += time.perf_counter() - began
            yield step
            if state.step >= recipe.steps:
                return
        state.epoch, state.batch = state.epoch + 1, 0


def update(
    state: TrainingState, batch: Batch, objective: nn.Module | None = None, world: World = ALONE, idle: bool = False
) -> TrainStep:
    """Make one optimiser step on one batch, or on this process's share of one; an idle process only keeps step."""
    recipe, optimizer = state.recipe, state.optimizer
    objective = objective or Objective(state.model, recipe)
    rate = learning_rate(recipe, state.step + 1)
    for group in optimizer.param_groups:
        group["lr"] = rate
    device = state.model.device
    batch = batch_as_read(state.model, batch.to(device), recipe, state.step)
    samples = None
    if recipe.reward != "none":
        generator = drawn_for("samples", recipe.seed, state.step, world.rank)
        samples = draw_samples(state.model, batch, recipe.reward, recipe.baseline, generator)
    with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bf16):
        terms = objective(batch, samples)
    loss, parts = world.total(terms, idle)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    grad_norm = nn.utils.clip_grad_norm_(state.model.parameters(), recipe.clip)
    optimizer.step()
    state.step += 1
    state.losses.append(sum(parts.values()))
    if recipe.is_averaged(state.step):
        state.add_to_average()
    return TrainStep(
        state.step, state.epoch, state.losses[-1], rate, float(grad_norm), batch.tokens, parts, rewarded(samples)
    )


def rewarded(samples: Samples | None) -> RewardStatistics | None:
    """Sum up what the samples of a batch earned."""
    if samples is None:
        return None
    advantages = samples.advantages
    return RewardStatistics(
        float(samples.rewards.mean()), float(samples.baselines.mean()), float(advantages.var(correction=0))
    )
