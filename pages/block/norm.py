"""LayerNorm on one vector, step by step, and BatchNorm on the same vector in a batch."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from core.analysis.block.norm_steps import NormSteps, batch_norm_steps, layer_norm_steps, norm_of, with_statistics
from core.analysis.block.residual_stream import Side, StreamStep, batch_stream
from core.run import models
from core.run.kept import kept
from core.switches import Switches
from core.tasks import Example
from core.vocab import BEGIN, PAD
from pages.block.choices import MOST_OTHERS, BlockChoices
from pages.block.place import Place
from pages.shared.text import t


@dataclass(frozen=True, eq=False)
class NormPlace:
    """Hold a norm and what it reads: the token's vector x, those of its sequence, and those of other examples.

    Shapes: x [D], own [N,D] without padding, others [N,D] each
    """

    norm: nn.LayerNorm
    x: Tensor
    own: Tensor
    others: tuple[Tensor, ...]
    examples: tuple[Example, ...]

    @property
    def layer(self) -> NormSteps:
        """Return what LayerNorm does with x. Shapes: [D], mean and variance [1]"""
        return layer_norm_steps(self.x, self.norm)

    def batch(self, others: int) -> NormSteps:
        """Return what BatchNorm would do with x in a batch with so many other examples.

        Shapes: [D], mean and variance [D]
        """
        tokens = self.tokens(others)
        found = batch_norm_steps(tokens, self.norm)
        return with_statistics(self.x, found.mean[0], found.variance[0], self.norm)

    def tokens(self, others: int) -> Tensor:
        """Return the vectors that a batch's statistics are taken over. Shapes: → [N,D]"""
        return torch.cat((self.own, *self.others[:others]))

    def with_batch(self, others: int) -> Tensor:
        """Return x, and below it the vectors of a batch. Shapes: → [1+N,D]"""
        return torch.cat((self.x[None], self.tokens(others)))


def norm_parts(place: Place) -> tuple[str, ...]:
    """List the norms that can be chosen in this layer, those of the sub-layers first."""
    if not place.config.layer_norm:
        return ()
    attentions = ("self_attn",) if place.side == "encoder" else ("self_attn", "cross_attn")
    return (*attentions, "ffn", *(("final_norm",) if place.config.final_norm else ()))


def norm_place(place: Place, choices: BlockChoices) -> NormPlace | None:
    """Return the chosen norm, the FFN's where the layer has no such norm, with its batch; None in a model without."""
    parts = norm_parts(place)
    if not parts:
        return None
    step = place.step_of(choices.norm_part if choices.norm_part in parts else "ffn")
    if step is None:
        return None
    tokens = place.trace.source if place.side == "encoder" else place.trace.read()
    before = step.before_norm
    switches = place.spec.switches
    examples = others_of(place, choices.batch_first)
    others = tuple(vectors(place.spec.model, example, switches, place.side, step.part) for example in examples)
    norm = norm_of(place.model, step.part)
    return NormPlace(norm, before[place.row], before[tokens != PAD], others, examples)


def others_of(place: Place, first: int) -> tuple[Example, ...]:
    """Return the task's held-out examples other than the source, from the first-th on, as many as there are.

    Of a task with one example alone, that one.
    """
    examples = place.spec.task.examples()
    found = [example for example in examples if example.source != place.spec.source] or [*examples]
    start = (first - 1) % len(found)
    return tuple(found[start:] + found[:start])


@kept
def vectors(model: str, example: Example, switches: Switches, side: Side, part: str) -> Tensor:
    """Return what a norm reads of every token of an example, whose decoder reads the reference, as in training.

    Shapes: → [N,D]
    """
    found = next(step for step in example_stream(model, example, switches, side) if step.part == part)
    return found.before_norm


@kept
def example_stream(model: str, example: Example, switches: Switches, side: Side) -> tuple[StreamStep, ...]:
    """Return the stream of every token of an example. Shapes: → [N,D] each"""
    metadata, loaded = models.catalogue()[model], models.model(model)
    task = models.task_of(model)
    # A model may have been built for shorter examples than its task has.
    tokens = task.source_tokens(example.source)[: metadata.config.max_source_len]
    source = torch.tensor([metadata.source_vocab.encode(tokens)])
    read = [BEGIN, *metadata.target_vocab.encode(task.target_tokens(example.target))][: metadata.config.max_target_len]
    if not metadata.config.autoregressive:  # writes all positions at once, and reads nothing that was written
        read, switches = [BEGIN] * len(read), replace(switches, causal=False)
    return tuple(step.at(0) for step in batch_stream(loaded, source, torch.tensor([read]), side, switches))


def moves(found: NormPlace) -> dict[str, list[float]]:
    """Return how far each norm's result is from what it is without other examples, by their number from 0.

    Units: 2-norms of differences
    """
    counts = range(min(MOST_OTHERS, len(found.others)) + 1)
    results = {
        "layer_norm": [layer_norm_steps(found.with_batch(n), found.norm).result[0] for n in counts],
        "batch_norm": [found.batch(n).result for n in counts],
    }
    return {
        t(f"block.by_{name}"): [float((moved - vectors[0]).norm()) for moved in vectors]
        for name, vectors in results.items()
    }


def feature_of(found: NormPlace, asked: int) -> int:
    """Return the feature that is looked at, counted from 1: the last one if the model is narrower than asked."""
    return min(asked, len(found.x))


def others_in(found: NormPlace, asked: int) -> tuple[Example, ...]:
    """Return the examples that share the batch."""
    return found.examples[: min(asked, MOST_OTHERS)]
