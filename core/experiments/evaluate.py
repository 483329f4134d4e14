"""Score checkpoints on held-out examples.

    python -m core.experiments.evaluate dates --write

Exact match as trained, and with a part switched off, in all and by group.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

import torch

from core import checkpoint
from core.evaluation.exact_match import ExactMatch, conditions, exact_match, rounded
from core.evaluation.loaded_model import load_model
from core.paths import checkpoint_path
from core.tasks import Sentences
from core.tasks.sentence_pairs import read_rows
from core.training.device import add_device_option, asked_device


def main() -> None:
    """Print the scores of checkpoints and, with --write, keep them in their metadata.

    Raises: SystemExit if there is no such device, or the pairs cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m core.experiments.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole test set)")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--write", action="store_true", help="keep the scores in the checkpoint's metadata")
    parser.add_argument("--show-errors", type=int, default=0, help="print so many wrong outputs")
    parser.add_argument("--pairs", type=Path, help="pairs.tsv of core.tasks.sentences_data, for models of sentences")
    add_device_option(parser)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = asked_device(options)
    try:
        rows = read_rows(options.pairs) if options.pairs else ()
    except (OSError, ValueError) as error:
        raise SystemExit(f"these options do not work: {error}") from error
    for name in options.names:
        loaded = load_model(name)
        model, metadata, task = loaded.model.to(device), loaded.metadata, loaded.task
        if rows and isinstance(task, Sentences):
            task = replace(task, rows=rows)
        examples = task.held_out(options.split, options.per_group)
        results = {
            condition: exact_match(model, task, metadata.source_vocab, metadata.target_vocab, examples, switches)
            for condition, switches in conditions(model).items()
        }
        print(f"{metadata.name}: exact match on {len(examples)} held-out {options.split} examples")
        report(results, options.show_errors)
        if options.write:
            asked = f"{metadata.name} --split {options.split}"
            asked += "" if options.pairs is None else f" --pairs {options.pairs.name}"
            asked += "" if options.per_group is None else f" --per-group {options.per_group}"
            scores = {
                "command": f"python -m core.experiments.evaluate {asked}",
                "measure": "exact match, greedy" if model.config.autoregressive else "exact match, one pass",
                "split": options.split,
                "examples": len(examples),
                **rounded(results),
            }
            path = checkpoint_path(name)
            checkpoint.save(path, model, replace(metadata, scores=scores), pairs=checkpoint.read_pairs(path))


def report(results: dict[str, ExactMatch], shown_errors: int) -> None:
    """Print the score under every condition, those of the groups as trained, and some errors."""
    for condition, result in results.items():
        print(f"  {condition:18} {result.total:8.2%}")
    normal = results["as trained"]
    print("  by group:", ", ".join(f"{group} {share:.1%}" for group, share in normal.by_group().items()))
    for example, output in normal.errors[:shown_errors]:
        print(f"  {example.group:12} {example.source!r}: expected {' or '.join(example.references)}, got {output}")


if __name__ == "__main__":
    main()
