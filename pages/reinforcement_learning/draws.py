"""Outputs drawn for the source on screen, and all that follows from them; equal questions are answered once."""

from dataclasses import dataclass, replace

import torch

from core.analysis.rewards.flat_reward import BiasSweep, move_bias
from core.analysis.rewards.gradient_estimate import (
    Draws,
    Estimate,
    Noise,
    distinct,
    expected_reward,
    gradient_noise,
    one_step,
)
from core.decoding.batch import decode_batch, sample_batch
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.training.batches import make_batch
from core.training.randomness import drawn_for
from core.training.rewards import draw_samples, reward_of, sequence_log_probs
from core.vocab import END, SPECIALS
from pages.reinforcement_learning.choices import FURTHEST, RewardChoices
from pages.shared.text import t

FRESH = 200
OFFSETS = 121


@dataclass(frozen=True)
class SampleRequest:
    """Say what is drawn: `draws` outputs of a model for a source, rewarded by a reference. Ids, END left aside."""

    model: str
    source: tuple[int, ...]
    reference: tuple[int, ...]
    kind: str
    baseline: str
    draws: int
    seed: int


@dataclass(frozen=True, eq=False)
class StepOutcome:
    """Hold what one step changed: expected rewards are estimated from FRESH outputs drawn anew, before and after.

    Shapes: log_probs [D], of the outputs drawn before
    """

    loss: float
    norm: float
    log_probs: torch.Tensor
    greedy: list[int]
    greedy_reward: float
    before: Estimate
    after: Estimate


def sample_request(spec: RunSpec, choices: RewardChoices) -> SampleRequest | None:
    """Return what is to be drawn, None if there is nothing to reward by or the model cannot be drawn from.

    Raises: Unreadable if source or reference cannot be used.
    """
    reference = runs.reference_ids(spec)
    if reference is None or not spec.config.autoregressive:
        return None
    source = runs.source_ids(replace(spec, pads=0))
    return SampleRequest(
        spec.model, tuple(source), tuple(reference[:-1]), choices.reward, choices.baseline, choices.draws, choices.seed
    )


def messages_of(spec: RunSpec) -> list[str]:
    """Say what stands in the way of a reward, and what of the shared choices is not heeded."""
    if not spec.config.autoregressive:
        return [t("reinforcement_learning.parallel")]
    messages = [] if spec.reference.strip() else [t("reinforcement_learning.no_reference")]
    plain = RunSpec(model=spec.model, source=spec.source)
    switched = any(getattr(spec, name) != getattr(plain, name) for name in runs.SWITCHES)
    return [*messages, t("reinforcement_learning.as_trained")] if switched or spec.forced else messages


@kept
def draws_of(asked: SampleRequest) -> Draws:
    """Draw the outputs, as training does, and gather equal ones."""
    model = models.model(asked.model)
    batch = make_batch([(list(asked.source), list(asked.reference))] * asked.draws, model.config)
    samples = draw_samples(model, batch, asked.kind, asked.baseline, drawn_for("page", asked.seed))
    greedy = samples.greedy[0] if samples.greedy else decode_batch(model, batch.source[:1])[0]
    log_probs = sequence_log_probs(model, batch.source, samples.outputs)
    return distinct(batch.source[:1], samples, log_probs, (greedy, reward_of(asked.kind, greedy, asked.reference)))


@kept
def noise_of(asked: SampleRequest) -> tuple[Noise, Noise]:
    """Return the noise of the gradient without a baseline, and with that of the greedy output."""
    draws, model = draws_of(asked), models.model(asked.model)
    return gradient_noise(model, draws, 0.0), gradient_noise(model, draws, draws.greedy_reward)


@kept
def before_of(model: str, source: tuple[int, ...], reference: tuple[int, ...], kind: str, seed: int) -> Estimate:
    """Estimate the expected reward of the model as it is."""
    drawn = drawn_for("fresh", seed)
    return expected_reward(models.model(model), torch.tensor([source]), reference, kind, FRESH, drawn)


@kept
def step_of(asked: SampleRequest, rate: str) -> StepOutcome:
    """Make one step on a copy of the model, look at what it changed, and let the copy go."""
    draws = draws_of(asked)
    found = one_step(models.model(asked.model), draws, float(rate))
    after = expected_reward(
        found.model, draws.source, asked.reference, asked.kind, FRESH, drawn_for("fresh", asked.seed)
    )
    return StepOutcome(
        found.loss, found.norm, found.log_probs, found.greedy, reward_of(asked.kind, found.greedy, asked.reference),
        before_of(asked.model, asked.source, asked.reference, asked.kind, asked.seed), after,
    )  # fmt: skip


@kept
def sweep_of(asked: SampleRequest, token: int) -> BiasSweep:
    """Move one bias; the expected reward is that over the distinct outputs among FRESH that were drawn."""
    model, source = models.model(asked.model), torch.tensor([asked.source])
    drawn = sample_batch(model, source.expand(FRESH, -1), drawn_for("fresh", asked.seed))
    outputs = [list(output) for output in dict.fromkeys(map(tuple, drawn))]
    offsets = torch.linspace(-FURTHEST, FURTHEST, OFFSETS, dtype=torch.float64)
    return move_bias(model, source, asked.reference, asked.kind, outputs, token, offsets)


def text_of(model: str, output: list[int]) -> str:
    """Return an output as text."""
    metadata = models.catalogue()[model]
    return models.task_of(model).target_text(metadata.target_vocab.decode(output))


def tokens_that_matter(asked: SampleRequest) -> list[int]:
    """Return the tokens of reference, greedy and drawn outputs, the one to begin with first.

    That is where the best of the drawn outputs that differ from the greedy one differs from it first.
    """
    draws = draws_of(asked)
    others = [place for place, output in enumerate(draws.outputs) if output != draws.greedy]
    first: list[int] = []
    if others:
        best = draws.outputs[max(others, key=lambda place: float(draws.rewards[place]))]
        pairs = list(zip(best, [*draws.greedy, *[END] * len(best)], strict=False))
        first = [mine for mine, usual in pairs if mine != usual][:1]
    found = dict.fromkeys([*first, *asked.reference, *draws.greedy, *(x for output in draws.outputs for x in output)])
    return [token for token in found if token >= len(SPECIALS) or token == END]
