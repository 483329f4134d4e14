"""Exposure bias, measured: the decoder fed the reference, fed its own output, and after one wrong token.

All sequences here are token ids with END last. One wrong token costs one edit by itself; a decoder has recovered if
nothing else is wrong. That holds for targets that are compared place by place as for those that shift.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding import continue_batch, decode_batch
from core.model import Transformer
from core.tasks import Example, Task
from core.tasks.edit_distance import edit_distance
from core.training.batches import pad
from core.vocab import BEGIN, END, SPECIALS, Vocabulary

RULE = (
    "One wrong token, the likeliest one, is written at step t after the reference's first t − 1 tokens; then the "
    "decoder goes on alone. It has recovered if nothing else is wrong: if the whole output (END included) is one edit "
    "(insertion, deletion or substitution) from the reference. Further edits are the damage. It is back on track after "
    "the fewest tokens from which on the rest of its output equals the end of the reference, at least one token and "
    "END. The control writes the right token in place of the wrong one."
)
BATCH = 256

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Hold a source and its only right answer. `reference` ends with END."""

    source: Ids
    reference: Ids


@dataclass(frozen=True, slots=True)
class Read:
    """Hold what a decoder makes of an item.

    `fed` is what it predicts at each place of the reference, reading the reference; `own` is what it writes alone;
    `wrong` is, at each place but END's, the likeliest token that is not right.
    """

    item: Item
    fed: Ids
    own: Ids
    wrong: Ids


@dataclass(frozen=True, slots=True)
class Injection:
    """Hold what was written after one wrong token at place `step` (counted from 0), and after the right one."""

    item: Item
    step: int
    output: Ids
    control: Ids

    @property
    def damage(self) -> int:
        """Return how many edits the output is from the reference, beyond the one that was forced."""
        return damage(self.output, self.item.reference)

    @property
    def control_right(self) -> bool:
        """Tell whether all is right without the wrong token."""
        return self.control == self.item.reference

    @property
    def back_after(self) -> int | None:
        """Return after how many more tokens all is right to the end; None if it never is."""
        return back_after(self.output, self.item.reference, self.step)


def damage(output: Sequence[int], reference: Sequence[int]) -> int:
    """Return the edits from output to reference, less the one that a wrong token costs by itself.

    Source: Wagner and Fischer 1974, for the distance.
    """
    return edit_distance(output, reference) - 1


def back_after(output: Sequence[int], reference: Sequence[int], step: int) -> int | None:
    """Return how many tokens after the wrong one at `step` are not yet part of an ending that the reference has too.

    0 means: all after the wrong token is such an ending. An ending is at least one token and END, or END alone where
    the reference has nothing else left; None if there is no such ending.
    """
    common = 0
    while common < min(len(output) - step - 1, len(reference)) and output[-1 - common] == reference[-1 - common]:
        common += 1
    least = 1 if step >= len(reference) - 2 else 2
    return len(output) - step - 1 - common if common >= least else None


def likeliest_wrong(scores: Tensor, right: Tensor) -> Tensor:
    """Return the likeliest ordinary token that is not the right one. Shapes: scores […,V], right […] → […]"""
    others = scores.scatter(-1, right[..., None], -torch.inf)
    others[..., : len(SPECIALS)] = -torch.inf
    return others.argmax(-1)


@torch.inference_mode()
def read_both(model: Transformer, items: Sequence[Item]) -> list[Read]:
    """Run a decoder over a batch of items, fed the reference and fed its own output.

    Raises: ValueError if the decoder is not autoregressive, since it then reads neither.
    """
    if not model.config.autoregressive:
        raise ValueError(f"a decoder of kind {model.config.decoder!r} reads no tokens: nothing can be fed to it")
    rows = [item.source for item in items], [item.reference for item in items]
    source, labels, read = (pad(each).to(model.device) for each in (*rows, [[BEGIN, *row[:-1]] for row in rows[1]]))
    logits = model(source, read)
    fed, wrong = logits.argmax(-1).tolist(), likeliest_wrong(logits, labels).tolist()
    lengths = [len(item.reference) for item in items]
    return [
        Read(item, tuple(predicted[:n]), tuple(own), tuple(others[: n - 1]))
        for item, n, predicted, own, others in zip(items, lengths, fed, decode_batch(model, source), wrong, strict=True)
    ]


def inject(model: Transformer, reads: Sequence[Read]) -> list[Injection]:
    """Write the likeliest wrong token at every place of every item of a batch, and go on from it; likewise the control.

    Where the decoder is right at every later place given the reference, it is also right alone, so that the control
    need not be run.
    """
    places = [(read, step) for read in reads for step in range(len(read.wrong))]
    wrong = [[*read.item.reference[:step], read.wrong[step]] for read, step in places]
    outputs = continued(model, [read.item for read, _ in places], wrong)
    unsure = [(read, step) for read, step in places if read.fed[step + 1 :] != read.item.reference[step + 1 :]]
    right = [read.item.reference[: step + 1] for read, step in unsure]
    controls = dict(zip(unsure, continued(model, [read.item for read, _ in unsure], right), strict=True))
    return [
        Injection(read.item, step, output, controls.get((read, step), read.item.reference))
        for (read, step), output in zip(places, outputs, strict=True)
    ]


def continued(model: Transformer, items: Sequence[Item], begun: Sequence[Sequence[int]]) -> list[Ids]:
    """Write on from each beginning, as many at a time as a batch holds."""
    rows: list[Ids] = []
    for start in range(0, len(items), BATCH):
        source = pad([item.source for item in items[start : start + BATCH]]).to(model.device)
        rows += map(tuple, continue_batch(model, source, begun[start : start + BATCH]))
    return rows


def item_of(source: Sequence[int], reference: Sequence[int]) -> Item:
    """Return an item from the ids of source and reference, the latter without END."""
    return Item(tuple(source), (*reference, END))


def items_of(task: Task, examples: Iterable[Example], source_vocab: Vocabulary, target_vocab: Vocabulary) -> list[Item]:
    """Return the examples that have one right answer alone, since only then is a place right or wrong, as ids."""
    return [
        item_of(
            source_vocab.encode(task.source_tokens(example.source)),
            target_vocab.encode(task.target_tokens(example.target)),
        )
        for example in examples
        if not example.others
    ]
