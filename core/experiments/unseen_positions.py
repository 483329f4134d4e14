"""Run models on positions that training never saw: all positions moved on, and longer words.

    python -m core.experiments.unseen_positions --write

Shifts: every position is k larger than it would be, in the source alone or in source and target, and nothing else
changes. Learned positions are a table; where it ends, so do its scores. Lengths: held-out words by their length, and
held-out words of six letters run together, which go on where the dictionary's words end.
"""

import argparse
import os
import random
from collections.abc import Sequence
from typing import Any

import torch
from tqdm import tqdm

from core.checkpoint import Metadata
from core.decoding import decode_batch
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.evaluation.exact_match import BATCH, exact_match
from core.evaluation.loaded_model import load_model
from core.model import Transformer
from core.switches import PositionSwitch, Switches
from core.tasks import Example, Task, get_task
from core.tasks.edit_distance import error_rates
from core.training.batches import pad

COMMAND = "python -m core.experiments.unseen_positions"
SHIFTED = (
    "dates", "dates-learned-position", "dates-no-position", "small", "small-learned-position", "small-no-position",
)  # fmt: skip
LENGTHENED = ("spelling",)
SHIFTS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64)
SIDES: dict[str, PositionSwitch] = {"source": "source_shifted", "both": "shifted"}
JOINED = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
LETTERS, DRAWN, SEED = 6, 300, 0


def furthest(model: Transformer, task: Task, examples: Sequence[Example], side: str) -> int | None:
    """Return the largest shift at which every example still has positions, END included; None if there is no end."""
    config = model.config
    if config.position != "learned":
        return None
    longest_source = max(len(task.source_tokens(example.source)) for example in examples)
    longest_target = max(len(task.target_tokens(target)) for example in examples for target in example.references) + 1
    source_room, target_room = config.max_source_len - longest_source, config.max_target_len - longest_target
    return source_room if side == "source" else min(source_room, target_room)


def longest_trained(task: Task, metadata: Metadata) -> int:
    """Return the most tokens of a source that training passed; where a model does not say, of its first epoch's."""
    kept = metadata.training.get("longest_source")
    if kept is not None:
        return kept
    pairs = task.training_pairs(metadata.training["seed"], 0)
    return max(len(task.source_tokens(pair.source)) for pair in pairs)


def by_shift(name: str, shifts: Sequence[int], per_group: int | None) -> dict[str, Any]:
    """Return a model's exact match on held-out examples at each shift of each side, None where positions have ended."""
    loaded = load_model(name)
    model, metadata, task = loaded.model, loaded.metadata, loaded.task
    examples = task.held_out("test", per_group)

    def exact(side: str, shift: int) -> float | None:
        reach = furthest(model, task, examples, side)
        if reach is not None and shift > reach:
            return None
        switches = Switches(position=SIDES[side], position_shift=shift)
        found = exact_match(model, task, metadata.source_vocab, metadata.target_vocab, examples, switches)
        return round(found.total, 6)

    return {
        "name": metadata.name, "title": metadata.title, "position": metadata.config.position,
        "seed": metadata.training.get("seed"), "longest_source": longest_trained(task, metadata),
        "examples": len(examples),
        "reach": {side: furthest(model, task, examples, side) for side in SIDES},
        "exact": {
            side: [exact(side, shift) for shift in tqdm(shifts, desc=f"{name}, {side}", leave=False)] for side in SIDES
        },
    }  # fmt: skip


def rates(model: Transformer, metadata: Metadata, examples: Sequence[Example]) -> dict[str, float | int]:
    """Decode words greedily and return how many phones, and how many words, are wrong."""
    task, pairs = get_task(metadata.task), []
    for start in range(0, len(examples), BATCH):
        batch = examples[start : start + BATCH]
        source = pad([metadata.source_vocab.encode(task.source_tokens(example.source)) for example in batch])
        for example, ids in zip(batch, decode_batch(model, source), strict=True):
            references = [tuple(task.target_tokens(reference)) for reference in example.references]
            pairs.append((tuple(metadata.target_vocab.decode(ids)), references))
    found = error_rates(pairs)
    return {"words": found.words, "wer": round(found.wer, 6), "per": round(found.per, 6)}


def run_together(words: Sequence[Example], count: int, drawn: int, seed: int = SEED) -> list[Example]:
    """Draw sources of `count` words of six letters each, written without a space; each word has one pronunciation.

    Raises: ValueError if there is no such word.
    """
    plain = [word for word in words if len(word.source) == LETTERS and not word.others and word.source.isalpha()]
    if not plain:
        raise ValueError(f"none of {len(words)} words has {LETTERS} letters and one pronunciation")
    rng = random.Random(f"{seed}-{count}")
    chosen = ([rng.choice(plain) for _ in range(count)] for _ in range(drawn))
    return [
        Example("".join(word.source for word in some), " ".join(word.target for word in some), f"{count} words")
        for some in chosen
    ]


def by_length(name: str, counts: Sequence[int], drawn: int) -> dict[str, Any]:
    """Return the errors of a model of words by their length, of the dictionary's words and of words run together."""
    loaded = load_model(name)
    model, metadata, task = loaded.model, loaded.metadata, loaded.task
    words = task.held_out("test")
    lengths = sorted({len(task.source_tokens(word.source)) for word in words})
    groups = {n: [word for word in words if len(task.source_tokens(word.source)) == n] for n in lengths}
    return {
        "name": metadata.name, "title": metadata.title, "position": metadata.config.position,
        "longest_source": longest_trained(task, metadata),
        "words": [
            {"letters": n} | rates(model, metadata, group) for n, group in tqdm(groups.items(), desc=name, leave=False)
        ],
        "joined": [
            {"letters": n * LETTERS, "joined": n} | rates(model, metadata, run_together(words, n, drawn))
            for n in tqdm(counts, desc=f"{name}, run together", leave=False)
        ],
    }  # fmt: skip


def report(found: dict[str, Any]) -> None:
    """Print what was measured."""
    for side, moved in (("source", "the source's positions"), ("both", "all positions of source and target")):
        print(f"exact match, greedy, {moved} moved on by k; – where a learned table has ended")
        print(f"{'k':>32} " + " ".join(f"{shift:>6}" for shift in found["shifts"]))
        for row in found["models"]:
            shares = ("     –" if share is None else f"{share:6.1%}" for share in row["exact"][side])
            print(f"{row['title']:>32} " + " ".join(shares))
    for model in found["lengths"]:
        print(f"{model['title']}: greedy; training passed no source of more than {model['longest_source']} tokens")
        for row in model["words"]:
            print(f"  {row['letters']:2} letters: PER {row['per']:.2%}, WER {row['wer']:.2%} of {row['words']} words")
        for row in model["joined"]:
            what = f"{row['joined']} of {LETTERS}"
            print(f"  {row['letters']:2} letters, {what}: PER {row['per']:.2%} of {row['words']} sources")


def main() -> None:
    """Print scores by shift and errors by length and, with --write, keep them as evidence."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--shifted", nargs="*", default=SHIFTED, metavar="NAME", help="models to shift, or paths")
    parser.add_argument("--lengthened", nargs="*", default=LENGTHENED, metavar="NAME", help="models of words, or paths")
    parser.add_argument("--shifts", type=int, nargs="+", default=SHIFTS, metavar="K", help="in tokens")
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole test set)")
    parser.add_argument("--drawn", type=int, default=DRAWN, help="sources run together, of each length")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    found = {
        "split": "test",
        "shifts": list(options.shifts),
        "models": [by_shift(name, options.shifts, options.per_group) for name in options.shifted],
        "lengths": [by_length(name, JOINED, options.drawn) for name in options.lengthened],
    }
    report(found)
    if options.write:
        weights = fingerprints_of((*options.shifted, *options.lengthened))
        write_evidence("unseen-positions", COMMAND, weights, found)


if __name__ == "__main__":
    main()
