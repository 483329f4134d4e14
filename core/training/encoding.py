"""A task's texts as token ids."""

from core.tasks import Example, Task
from core.vocab import Vocabulary

Vocabs = tuple[Vocabulary, Vocabulary]


def vocabularies(task: Task) -> Vocabs:
    """Return what a task reads and what it writes."""
    return Vocabulary(task.source_symbols()), Vocabulary(task.target_symbols())


def encode_example(task: Task, vocabs: Vocabs, example: Example) -> tuple[list[int], list[int]]:
    """Return the ids of an example's source and target."""
    return (
        vocabs[0].encode(task.source_tokens(example.source)),
        vocabs[1].encode(task.target_tokens(example.target)),
    )
