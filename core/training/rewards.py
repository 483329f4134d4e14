"""Policy gradient: learning from a score of the whole output, which has no gradient of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core.decoding.batch import decode_batch, sample_batch
from core.model import Transformer
from core.tasks.edit_distance import edit_distance
from core.training.batches import Batch, pad
from core.training.output_loss import at_least_float32
from core.training.recipe import Baseline
from core.vocab import BEGIN, END, PAD

Reward = Literal["exact", "edit"]


@dataclass(frozen=True, eq=False)
class Samples:
    """Hold an output drawn for each source of a batch, its reward and the reward it is compared with.

    Shapes: rewards, baselines [B]
    """

    outputs: list[list[int]]
    greedy: list[list[int]] | None
    rewards: Tensor
    baselines: Tensor

    @property
    def advantages(self) -> Tensor:
        """Return by how much each sample did better than its baseline. Shapes: → [B]"""
        return self.rewards - self.baselines


def reward_of(kind: Reward, output: Sequence[int], reference: Sequence[int]) -> float:
    """Score an output, END left aside: 1 for the reference itself; by edits, less for each, or nothing for all else.

    edit: 1 − edit distance / length of the reference, which may fall below 0.
    """
    output, reference = (upto_end(tokens) for tokens in (output, reference))
    if kind == "exact":
        return float(output == reference)
    return 1 - edit_distance(output, reference) / max(1, len(reference))


def upto_end(tokens: Sequence[int]) -> list[int]:
    """Return the tokens before END and before any padding."""
    tokens = list(tokens)
    cut = tokens[: tokens.index(END)] if END in tokens else tokens
    return [token for token in cut if token != PAD]


def draw_samples(
    model: Transformer, batch: Batch, kind: Reward, baseline: Baseline, generator: torch.Generator
) -> Samples:
    """Draw one output for each source, and score it and, for the baseline, the model's greedy output.

    Source: Rennie et al. 2017, § 3.2 (self-critical: the baseline is what the model would write by itself).
    """
    was_training = model.training
    model.eval()
    outputs = sample_batch(model, batch.source, generator)
    greedy = decode_batch(model, batch.source) if baseline == "greedy" else None
    model.train(was_training)
    references = batch.labels.tolist()

    def scored(written: list[list[int]]) -> Tensor:
        pairs = zip(written, references, strict=True)
        return torch.tensor([reward_of(kind, output, reference) for output, reference in pairs])

    rewards = scored(outputs)
    return Samples(outputs, greedy, rewards, torch.zeros_like(rewards) if greedy is None else scored(greedy))


def policy_loss(model: Transformer, source: Tensor, samples: Samples) -> Tensor:
    """Return the mean over samples of −(reward − baseline) · log p(sample), whose gradient is that of −E[reward].

    Shapes: source [B,S] → scalar, in nats times reward
    Source: Williams 1992, eq. 4 (REINFORCE); Rennie et al. 2017, eq. 7.
    """
    return -(samples.advantages.to(source.device) * sequence_log_probs(model, source, samples.outputs)).mean()


def sequence_log_probs(model: Transformer, source: Tensor, outputs: Sequence[Sequence[int]]) -> Tensor:
    """Return the log-probability of whole outputs. Shapes: source [B,S] → [B], in nats"""
    written = pad(outputs).to(source.device)
    read = pad([[BEGIN, *output[:-1]] for output in outputs]).to(source.device)
    log_probs = at_least_float32(model(source, read)).log_softmax(-1)
    chosen = log_probs.gather(-1, written[..., None])[..., 0]
    lengths = source.new_tensor([len(output) for output in outputs])
    return chosen.masked_fill(torch.arange(written.shape[1], device=source.device) >= lengths[:, None], 0).sum(-1)
