"""What a mistake does, measured beside the same model without it, and what all ten need to measure that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import Batch, make_batch, pad
from core.training.encoding import Vocabs, encode_example
from core.vocab import BEGIN, END, SPECIALS

Unit = Literal["share", "nats", "number"]
# What a run predicts: source [B,S] and what the decoder reads [B,T] → logits [B,T,V].
Forward = Callable[[Tensor, Tensor], Tensor]
MOST_TOKENS = 3  # shown of an output that does not end by itself
ROOM = 5  # tokens beyond the longest right answer, until an output counts as one without an end


@dataclass(frozen=True)
class Measure:
    """One number with the mistake and without it; None where there is no such number."""

    name: str
    unit: Unit
    wrong: float | None
    right: float | None


@dataclass(frozen=True, eq=False)
class Weights:
    """Attention weights with the mistake and without it, and which of them a mask hides (None: none).

    Shapes: wrong, right [Q,K]; hidden_wrong, hidden_right [Q,K] boolean
    """

    wrong: Tensor
    right: Tensor
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    hidden_wrong: Tensor | None = None
    hidden_right: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Symptom:
    """Hold what a mistake does: numbers, a table, and attention weights where these show it.

    `rows` hold what `labels` name, then `shown` with the mistake and without it.
    """

    measures: tuple[Measure, ...]
    labels: tuple[str, ...]
    shown: str
    rows: tuple[tuple[str, ...], ...]
    weights: Weights | None = None

    def measure(self, name: str) -> Measure:
        """Return a measure by its name."""
        return next(each for each in self.measures if each.name == name)


@dataclass(frozen=True, eq=False)
class Case:
    """A model with the examples to show it by, and more of them, held out from training, to measure it with."""

    model: Transformer
    vocabs: Vocabs
    task: Task
    shown: tuple[Example, ...]
    examples: tuple[Example, ...]

    @property
    def longest(self) -> int:
        """Return how many tokens are written at most."""
        longest = max(len(self.task.target_tokens(each.target)) for each in (*self.shown, *self.examples))
        return min(longest + ROOM, self.model.config.max_target_len)

    def sources(self, examples: Sequence[Example]) -> Tensor:
        """Return the sources as one padded batch. Shapes: → [B,S]"""
        return pad([self.vocabs[0].encode(self.task.source_tokens(each.source)) for each in examples])

    def batch(self, examples: Sequence[Example]) -> Batch:
        """Return examples as a batch to train with."""
        return make_batch([encode_example(self.task, self.vocabs, each) for each in examples], self.model.config)

    def text(self, ids: Sequence[int]) -> str:
        """Write an output as text; special symbols by name, and of an output without an end the beginning alone."""
        ended = END in ids
        ids = ids[: ids.index(END)] if ended else ids
        if ended and all(number >= len(SPECIALS) for number in ids):
            return self.task.target_text(self.vocabs[1].decode(ids))
        names = [self.vocabs[1].name(number) for number in ids]
        return " ".join(names if ended else [*names[:MOST_TOKENS], "…"])

    def exact(self, outputs: Sequence[Sequence[int]], examples: Sequence[Example]) -> float:
        """Return the share of outputs that are right."""
        texts = (self.task.target_text(self.vocabs[1].decode(output)) for output in outputs)
        pairs = zip(texts, outputs, examples, strict=True)
        return sum(END in output and text in each.references for text, output, each in pairs) / len(examples)

    def rows(
        self, wrong: Sequence[Sequence[int]], right: Sequence[Sequence[int]], examples: Sequence[Example]
    ) -> tuple[tuple[str, ...], ...]:
        """Return a table of source, right answer, output with the mistake and without it."""
        outputs = zip(examples, wrong, right, strict=True)
        return tuple((each.source, each.target, self.text(one), self.text(other)) for each, one, other in outputs)


OUTPUTS: dict[str, Any] = {"labels": ("source", "expected"), "shown": "output"}


@torch.inference_mode()
def write(forward: Forward, source: Tensor, longest: int) -> list[list[int]]:
    """Write greedily by any way of running a model, nothing cached; return each output, END included.

    Shapes: source [B,S]
    """
    read = torch.full((len(source), 1), BEGIN)
    done = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(longest):
        token = forward(source, read)[:, -1].argmax(-1)
        read = torch.cat((read, token[:, None]), 1)
        done |= token == END
        if bool(done.all()):
            break
    rows = read[:, 1:].tolist()
    return [row[: row.index(END) + 1] if END in row else row for row in rows]


def outputs_measured(case: Case, wrong: Forward, right: Forward) -> tuple[Measure, tuple[tuple[str, ...], ...]]:
    """Write with two ways of running a model; return their exact match and the table of what is shown."""
    longest, examples = case.longest, (*case.shown, *case.examples)
    source = case.sources(examples)
    written = [write(forward, source, longest) for forward in (wrong, right)]
    first = len(case.shown)
    exact = (case.exact(outputs[first:], case.examples) for outputs in written)
    without, usual = (outputs[:first] for outputs in written)
    rows = case.rows(without, usual, case.shown)
    return Measure("exact", "share", *exact), rows
