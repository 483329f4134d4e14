"""How much of the cross-attention lies near the diagonal, and when in training it comes to lie there."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from core.config import ModelConfig
from core.model import Transformer
from core.tasks import Task
from core.training.batches import Batch, make_batch
from core.training.encoding import Vocabs, encode_example
from core.training.guided import CrossWeights, diagonal_share
from core.training.loop import train
from core.training.state import TrainingState
from core.vocab import PAD

CELLS, REACHED, EVERY = 2, 0.8, 20
SHORTEST, PROBES = 8, 96
RULE = (
    f"Share within {CELLS} cells of the diagonal: of all cross-attention weights, all layers, heads and rows alike, "
    f"on {PROBES} held-out development examples of at least {SHORTEST} source tokens, the decoder fed the reference; "
    f"measured every {EVERY} steps."
)


@dataclass(frozen=True)
class Look:
    """Hold a measurement: the share near the diagonal over all heads, and that of the head that has the most."""

    step: int
    share: float
    best: float


def probes(task: Task, vocabs: Vocabs, config: ModelConfig, count: int = PROBES) -> Batch:
    """Lay out the development examples on which attention is looked at, the same for every run of a task."""
    long = [x for x in task.held_out("dev", 32, seed=0) if len(task.source_tokens(x.source)) >= SHORTEST]
    chosen = long[:: max(1, len(long) // count)][:count]
    return make_batch([encode_example(task, vocabs, x) for x in chosen], config)


@torch.inference_mode()
def look(model: Transformer, batch: Batch, step: int) -> Look:
    """Measure how much of the cross-attention lies near the diagonal."""
    keeper = CrossWeights()
    model(batch.source, batch.read, tap=keeper.tap())
    lens = (batch.read != PAD).sum(1), (batch.source != PAD).sum(1)
    heads = [
        float(diagonal_share(layer[:, head : head + 1], *lens, CELLS))
        for layer in keeper.layers
        for head in range(layer.shape[1])
    ]
    return Look(step, statistics.mean(heads), max(heads))


def even_share(batch: Batch) -> float:
    """Return the share that even attention has near the diagonal."""
    target_lens, source_lens = (batch.read != PAD).sum(1), (batch.source != PAD).sum(1)
    even = (batch.source != PAD).float() / source_lens[:, None]
    weights = even[:, None, None].expand(-1, 1, batch.read.shape[1], -1) * (batch.read != PAD)[:, None, :, None]
    return float(diagonal_share(weights, target_lens, source_lens, CELLS))


def looks(state: TrainingState, task: Task, vocabs: Vocabs, batch: Batch, every: int = EVERY) -> Iterator[Look]:
    """Train to the end and look at the attention now and then, first before the first step."""
    yield look(state.model, batch, state.step)
    for step in train(state, task, *vocabs):
        if step.step % every == 0 or step.step == state.recipe.steps:
            state.model.eval()
            yield look(state.model, batch, step.step)
            state.model.train()


def steps_until(found: Sequence[Look], share: float = REACHED) -> int | None:
    """Return the first measured step at which the share of all heads has reached a level, or None."""
    return next((each.step for each in found if each.share >= share), None)
