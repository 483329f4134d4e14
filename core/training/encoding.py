"""A task's texts as token ids."""

import random

from core.tasks import Example, Sentences, Task
from core.vocab import Vocabulary

Vocabs = tuple[Vocabulary, Vocabulary]


def vocabularies(task: Task) -> Vocabs:
    """Return what a task reads and what it writes."""
    return Vocabulary(task.source_symbols()), Vocabulary(task.target_symbols())


def encode_example(
    task: Task, vocabs: Vocabs, example: Example, sampling: float = 0.0, rng: random.Random | None = None
) -> tuple[list[int], list[int]]:
    """Return the ids of an example's source and target; `sampling` is the share of words cut at random, if any are."""
    if sampling and rng is not None and isinstance(task, Sentences):
        source = task.drawn_source_tokens(example.source, sampling, rng)
    else:
        source = task.source_tokens(example.source)
    return vocabs[0].encode(source), vocabs[1].encode(task.target_tokens(example.target))
