"""Score checkpoints on held-out examples: `python -m core.analysis.evaluate dates --write`.

Exact match: the share of examples whose whole output equals a reference, any of them where there are several. Groups
are the task's (for dates, locales; for spelling, lengths of words).
"""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from core import checkpoint
from core.checkpoint import Metadata
from core.decoding import decode_batch
from core.model import Transformer
from core.switches import Switches
from core.tasks import Example, Task, task_for
from core.tasks.pairs_text import read_again
from core.training.batches import pad
from core.vocab import Vocabulary

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
BATCH = 128
CONDITIONS = {
    "as trained": Switches(),
    "position off": Switches(position="off"),
    "causal mask off": Switches(causal=False),
    "padding mask off": Switches(padding=False),
}


@dataclass(frozen=True)
class ExactMatch:
    """Count right outputs, in all and by group; `errors` lists (example, output) of the wrong ones."""

    right: Counter[str]
    seen: Counter[str]
    errors: tuple[tuple[Example, str], ...]

    @property
    def total(self) -> float:
        """Return the share that is right, from 0 to 1."""
        return self.right.total() / max(1, self.seen.total())

    def by_group(self) -> dict[str, float]:
        """Return each group's share, from 0 to 1."""
        return {group: self.right[group] / count for group, count in sorted(self.seen.items())}


def exact_match(
    model: Transformer, task: Task, source_vocab: Vocabulary, target_vocab: Vocabulary, examples: Sequence[Example],
    switches: Switches = CONDITIONS["as trained"],
) -> ExactMatch:  # fmt: skip
    """Decode examples greedily, in padded batches in the order given, and compare with the references."""
    right: Counter[str] = Counter()
    errors = []
    for start in range(0, len(examples), BATCH):
        batch = examples[start : start + BATCH]
        source = pad([source_vocab.encode(task.source_tokens(example.source)) for example in batch])
        for example, ids in zip(batch, decode_batch(model, source, switches), strict=True):
            output = task.target_text(target_vocab.decode(ids))
            if output in example.references:
                right[example.group] += 1
            else:
                errors.append((example, output))
    return ExactMatch(right, Counter(example.group for example in examples), tuple(errors))


def path_of(name: str) -> Path:
    """Return the file of a model that ships, or the path that was given."""
    return Path(name) if name.endswith(".safetensors") else CHECKPOINTS / f"{name}.safetensors"


def opened(name: str) -> tuple[Transformer, Metadata, Task]:
    """Load a model by its name in assets/checkpoints or by its path, with its task: ours, or what its pairs make.

    Raises: CheckpointError, or BadPairs, if the file cannot be used.
    """
    path = path_of(name)
    model, metadata = checkpoint.load(path)
    pairs = checkpoint.read_pairs(path)
    return model, metadata, task_for(metadata.task, read_again(pairs) if pairs else ())


def main() -> None:
    """Print the scores of checkpoints and, with --write, keep them in their metadata."""
    parser = argparse.ArgumentParser(prog="python -m core.analysis.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole test set)")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--write", action="store_true", help="keep the scores in the checkpoint's metadata")
    parser.add_argument("--show-errors", type=int, default=0, help="print so many wrong outputs")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.names:
        model, metadata, task = opened(name)
        examples = task.held_out(options.split, options.per_group)
        results = {
            condition: exact_match(model, task, metadata.source_vocab, metadata.target_vocab, examples, switches)
            for condition, switches in conditions(model).items()
        }
        print(f"{metadata.name}: exact match on {len(examples)} held-out {options.split} examples")
        report(results, options.show_errors)
        if options.write:
            asked = f"{metadata.name} --split {options.split}"
            asked += "" if options.per_group is None else f" --per-group {options.per_group}"
            scores = {
                "command": f"python -m core.analysis.evaluate {asked}",
                "measure": "exact match, greedy" if model.config.autoregressive else "exact match, one pass",
                "split": options.split,
                "examples": len(examples),
                **rounded(results),
            }
            path = path_of(name)
            checkpoint.save(path, model, replace(metadata, scores=scores), pairs=checkpoint.read_pairs(path))


def conditions(model: Transformer) -> dict[str, Switches]:
    """Return under what a model is measured: one that writes all at once has no causal mask to switch off."""
    causal = model.config.autoregressive
    return {name: switches for name, switches in CONDITIONS.items() if causal or switches.causal}


def report(results: dict[str, ExactMatch], shown_errors: int) -> None:
    """Print the score under every condition, those of the groups as trained, and some errors."""
    for condition, result in results.items():
        print(f"  {condition:18} {result.total:8.2%}")
    normal = results["as trained"]
    print("  by group:", ", ".join(f"{group} {share:.1%}" for group, share in normal.by_group().items()))
    for example, output in normal.errors[:shown_errors]:
        print(f"  {example.group:12} {example.source!r}: expected {' or '.join(example.references)}, got {output}")


def rounded(results: dict[str, ExactMatch]) -> dict[str, dict[str, float]]:
    """Return the shares that a checkpoint keeps."""
    return {
        "conditions": {condition: round(result.total, 6) for condition, result in results.items()},
        "by_group": {group: round(share, 6) for group, share in results["as trained"].by_group().items()},
    }


if __name__ == "__main__":
    main()
