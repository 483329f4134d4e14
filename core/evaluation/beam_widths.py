"""The worth and the cost of a wider beam.

Every held-out example is answered greedily and by beams of several widths (no length penalty), in the same batches, one
way after the other, so that their times can be compared. The time is that of the processor, on one thread, relative to
greedy decoding in the same run. Kept beside the table: examples on which greedy decoding is wrong and a beam right, and
on which a beam is right and a wider one wrong.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from torch import Tensor

from core.checkpoint import Metadata
from core.decoding import Session, beam_search_batch, decode_batch
from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import pad

WIDTHS = (1, 2, 3, 4, 5, 8, 12)
GREEDY = 0  # stands where a width would
BATCH = 64
KEPT = 24


@dataclass(frozen=True)
class Answer:
    """Hold one answer, whether it is right, and its log-probability in nats."""

    text: str
    right: bool
    log_prob: float


@dataclass(frozen=True)
class Answers:
    """Hold what greedy decoding (width 0) and each width answer to one example."""

    example: Example
    by_width: dict[int, Answer]


@dataclass(frozen=True)
class Batch:
    """Hold the answers to a batch, and how long each way of answering took. Units: seconds of this thread"""

    answers: tuple[Answers, ...]
    seconds: dict[int, float]


def search_widths(
    model: Transformer, metadata: Metadata, task: Task, examples: Sequence[Example], widths: Sequence[int] = WIDTHS
) -> Iterator[Batch]:
    """Answer examples greedily and with beams of these widths, batch by batch, shortest sources first."""
    ordered = sorted(examples, key=lambda example: len(example.source))
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        source = pad([metadata.source_vocab.encode(task.source_tokens(example.source)) for example in batch])
        found: dict[int, list[Answer]] = {}
        seconds: dict[int, float] = {}
        for width in (GREEDY, *widths):
            began = time.thread_time()
            outputs = best_outputs(model, source, width)
            seconds[width] = time.thread_time() - began
            texts = [task.target_text(metadata.target_vocab.decode(tokens)) for tokens, _ in outputs]
            found[width] = [
                Answer(text, text in example.references, log_prob)
                for example, text, (_, log_prob) in zip(batch, texts, outputs, strict=True)
            ]
        answers = (Answers(example, {width: found[width][i] for width in found}) for i, example in enumerate(batch))
        yield Batch(tuple(answers), seconds)


def best_outputs(model: Transformer, source: Tensor, width: int) -> list[tuple[Sequence[int], float]]:
    """Return the best output of each source with its log-probability; greedy decoding does not add it up (NaN)."""
    if width == GREEDY:
        return [(tokens, float("nan")) for tokens in decode_batch(model, source)]
    found = beam_search_batch(Session(model, source, record=False), width)
    return [(outcomes[0].tokens, outcomes[0].total) for outcomes in found]


def width_table(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    """Return a row for greedy decoding and each width: how many are right, and the time as a multiple of greedy's.

    Raises: ValueError if there is no batch.
    """
    if not batches:
        raise ValueError("nothing was answered yet, so there is no table")
    answers = [each for batch in batches for each in batch.answers]
    total = {width: sum(batch.seconds[width] for batch in batches) for width in batches[0].seconds}
    return [
        {
            "width": width,
            "exact": round(sum(each.by_width[width].right for each in answers) / len(answers), 6),
            "time": round(total[width] / total[GREEDY], 3),
        }
        for width in total
    ]


def greedy_wrong(answers: Iterable[Answers], widths: Sequence[int] = WIDTHS) -> list[dict[str, Any]]:
    """List examples on which greedy decoding, a beam of 1, is wrong and the narrowest true beam right."""
    return contrasting_examples(answers, 1, next(width for width in widths if width > 1), narrow_right=False)


def wider_worse(answers: Iterable[Answers], widths: Sequence[int] = WIDTHS) -> list[dict[str, Any]]:
    """List examples on which a beam (of 1: greedy decoding) is right and the next wider one of these wrong."""
    answers = list(answers)
    found = [
        row
        for narrow, wide in pairwise(sorted(widths))
        for row in contrasting_examples(answers, narrow, wide, narrow_right=True)
    ]
    return sorted(found, key=lambda row: -row["gain"])


def contrasting_examples(
    answers: Iterable[Answers], narrow: int, wide: int, narrow_right: bool
) -> list[dict[str, Any]]:
    """Write down the examples that one of two widths answers rightly and the other wrongly.

    Those come first in which the wider gains most log-probability.
    """
    rows = [
        {
            "source": each.example.source,
            "references": list(each.example.references),
            "narrow": narrow,
            "narrow_output": each.by_width[narrow].text,
            "wide": wide,
            "wide_output": each.by_width[wide].text,
            "gain": round(each.by_width[wide].log_prob - each.by_width[narrow].log_prob, 4),
        }
        for each in answers
        if each.by_width[narrow].right == narrow_right and each.by_width[wide].right != narrow_right
    ]
    return sorted(rows, key=lambda row: (-row["gain"], row["source"]))


def width_evidence(batches: Sequence[Batch], split: str) -> dict[str, Any]:
    """Return what the evidence keeps of a run over held-out examples."""
    answers = [each for batch in batches for each in batch.answers]
    found = {"greedy_wrong": greedy_wrong(answers), "wider_worse": wider_worse(answers)}
    return {
        "split": split,
        "examples": len(answers),
        "table": width_table(batches),
        "counts": {kind: len(rows) for kind, rows in found.items()},
        **{kind: rows[:KEPT] for kind, rows in found.items()},
    }
