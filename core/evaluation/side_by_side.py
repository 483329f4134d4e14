"""Write the same sources both ways, one at a time, and time each: all at once, refined, and step by step."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from core.decoding import ParallelSession, Session, decode, decode_parallel, refine
from core.evaluation.loaded_model import LoadedModel
from core.tasks import Example

WAYS = "one_pass", "refined", "steps"


@dataclass(frozen=True, kw_only=True)
class OutputPair:
    """Hold one source written each way: whether that was right, in how many passes, and how long it took.

    `length` counts the tokens of the right answer that is nearest at hand.

    Units: seconds of processor time
    """

    length: int
    right: dict[str, bool]
    passes: dict[str, int]
    seconds: dict[str, float]


def timed(work: Callable[[], tuple[list[int], int]]) -> tuple[list[int], int, float]:
    """Return what was written, in how many passes, and the processor seconds of this thread that it took."""
    began = time.thread_time()
    tokens, passes = work()
    return tokens, passes, time.thread_time() - began


def write(way: str, writer: LoadedModel, source: torch.Tensor, passes: int) -> tuple[list[int], int]:
    """Write one target without recording anything. Shapes: source [1,S]"""
    if way == "steps":
        tokens = [step.token for step in decode(Session(writer.model, source, record=False))]
        return tokens, len(tokens)
    session = ParallelSession(writer.model, source, record=False)
    if way == "one_pass":
        return [step.token for step in decode_parallel(session)], 1
    *_, last = steps = list(refine(session, passes))
    return last.text, len(steps)


def side_by_side(
    writer: LoadedModel, beside: LoadedModel, examples: Sequence[Example], passes: int
) -> Iterator[OutputPair]:
    """Write each example in one pass, refined, and step by step, in turns."""
    warm = True
    for example in examples:
        right = writer.right(example)
        found: dict[str, tuple[list[int], int, float]] = {}
        for _ in range(2 if warm else 1):  # the first runs of a process are slow for reasons of their own
            for way in WAYS:
                by = beside if way == "steps" else writer
                source = torch.tensor([by.metadata.source_vocab.encode(by.task.source_tokens(example.source))])
                found[way] = timed(partial(write, way, by, source, passes))
        warm = False
        yield OutputPair(
            length=min(len(answer) for answer in right),
            right={way: writer.tokens(tokens) in right for way, (tokens, _, _) in found.items()},
            passes={way: count for way, (_, count, _) in found.items()},
            seconds={way: seconds for way, (_, _, seconds) in found.items()},
        )
