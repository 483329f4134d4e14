"""Train models that differ in one part alone, from several seeds, and score them.

    python -m core.experiments.variants --write

All are trained on dates by one small recipe, on the training command, and scored by exact match on held-out test days.
What is finished is kept in `runs/variants`, so the same command goes on where the last one stopped. The first seed's
models, but for those that there is no room for, and the scores of all seeds are what ships.
"""

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from core import checkpoint, paths
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.evaluation.exact_match import CONDITIONS, exact_match, rounded
from core.files import write_whole
from core.tasks import get_task
from core.training.device import add_device_option, asked_device
from core.training.distributed import CPU

COMMAND = "python -m core.experiments.variants"
RECIPE = (
    "--d-model 64 --d-ff 256 --num-encoder-layers 2 --num-decoder-layers 2 --max-target-len 16 --dropout 0 "
    "--label-smoothing 0 --steps 1200 --batch-tokens 3000 --learning-rate 2e-3 --warmup 300"
)


@dataclass(frozen=True)
class Variant:
    """Name a model and say, as options of the training command, in which part it differs from the first.

    `recipe` are the options that it shares with the others of its family; `ships` says whether its first seed's model
    does, or its scores alone.
    """

    name: str
    title: str
    options: str = ""
    recipe: str = RECIPE
    ships: bool = True

    def command(self, seed: int, runs: Path, device: str = "auto") -> list[str]:
        """Return the arguments of the training command that makes this model from a seed."""
        options = shlex.split(f"{self.recipe} {self.options}")
        return [
            "--task", "dates", "--name", f"{self.name}-seed{seed}", "--title", self.title, "--seed", str(seed),
            "--threads", "1", "--runs", str(runs), "--out", str(runs), *options,
            *(() if device == "auto" else ("--device", device)),
        ]  # fmt: skip


VARIANTS = (
    Variant("small", "Small: as in the paper"),
    Variant("small-no-position", "Small: no position", "--position none"),
    Variant("small-learned-position", "Small: learned position", "--position learned"),
    Variant("small-pre-norm", "Small: pre-norm", "--norm-order pre --final-norm"),
    Variant("small-no-norm", "Small: no LayerNorm", "--no-layer-norm"),
    Variant("small-no-residual", "Small: no residual", "--no-residual"),
    Variant("small-one-head", "Small: one head", "--num-heads 1"),
    Variant("small-dot", "Small: dot product, not scaled", "--score dot", ships=False),
    Variant("small-additive", "Small: additive score", "--score additive"),
    Variant("small-relu", "Small: ReLU weights", "--normalizer relu"),
    Variant("small-sigmoid", "Small: sigmoid weights", "--normalizer sigmoid"),
    Variant("small-layerwise", "Small: layer-to-layer wiring", "--wiring layerwise"),
    Variant("small-mixed", "Small: learned mix of layers", "--wiring mixed"),
)


def train(variant: Variant, seed: int, runs: Path, device: str = "auto") -> Path:
    """Train one model unless it is there already, and return its checkpoint.

    Raises: SystemExit with the last words of the training command if it fails.
    """
    path = runs / f"{variant.name}-seed{seed}.safetensors"
    if not path.exists():
        command = [sys.executable, "-m", "core.training", *variant.command(seed, runs, device)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"training {path.stem} failed:\n{done.stderr[-2000:]}")
        print(f"trained {path.stem}", flush=True)
    return path


def score(path: Path, per_group: int | None, device: torch.device = CPU) -> dict[str, Any]:
    """Return what a checkpoint scores on held-out test days, kept beside it once measured."""
    kept = path.with_suffix(".json")
    if not kept.exists():
        model, metadata = checkpoint.load(path)
        model.to(device)
        task = get_task(metadata.task)
        examples = task.held_out("test", per_group)
        results = {
            condition: exact_match(model, task, metadata.source_vocab, metadata.target_vocab, examples, switches)
            for condition, switches in CONDITIONS.items()
        }
        write_whole(kept, json.dumps({"examples": len(examples), **rounded(results)}))
    return json.loads(kept.read_text(encoding="utf-8"))


def summary(variant: Variant, seeds: Sequence[int], scores: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a variant's exact match from every seed, with mean and sample standard deviation."""
    exact = [found["conditions"]["as trained"] for found in scores]
    spread = statistics.stdev(exact) if len(exact) > 1 else None
    return {
        "name": variant.name, "title": variant.title, "options": variant.options, "seeds": list(seeds),
        "exact": exact, "mean": statistics.mean(exact), "spread": spread,
    }  # fmt: skip


def ship(variant: Variant, path: Path, found: dict[str, Any]) -> None:
    """Put a trained model, under the variant's own name and with its scores, where the app looks for models."""
    model, metadata = checkpoint.load(path)
    scores = {
        "command": f"python -m core.experiments.evaluate {variant.name}", "measure": "exact match, greedy",
        "split": "test", **found,
    }  # fmt: skip
    checkpoint.save(paths.CHECKPOINTS / path.name, model, replace(metadata, name=variant.name, scores=scores))
    shutil.move(paths.CHECKPOINTS / path.name, paths.CHECKPOINTS / f"{variant.name}.safetensors")


def main() -> None:
    """Train what is missing, score it, print the table; with --write keep models and table."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="train and score these variants only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="models trained at a time, one thread each")
    parser.add_argument("--runs", type=Path, default=Path("runs/variants"), help="where finished models are kept")
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole test set)")
    parser.add_argument("--write", action="store_true", help="ship the first seed's models and the table")
    add_device_option(parser)
    options = parser.parse_args()
    device = asked_device(options)
    chosen = [variant for variant in VARIANTS if options.only is None or variant.name in options.only]
    torch.set_num_threads(1)
    with ThreadPoolExecutor(options.jobs) as pool:
        jobs = {
            (variant, seed): pool.submit(train, variant, seed, options.runs, options.device)
            for seed in options.seeds
            for variant in chosen
        }
        trained = {key: job.result() for key, job in jobs.items()}
    scores = {key: score(path, options.per_group, device) for key, path in trained.items()}
    table = [summary(variant, options.seeds, [scores[variant, seed] for seed in options.seeds]) for variant in chosen]
    for row in table:
        spread = "" if row["spread"] is None else f" ± {row['spread']:.2%}"
        print(f"{row['title']:34} {row['mean']:8.2%}{spread}   {', '.join(f'{share:.2%}' for share in row['exact'])}")
    if options.write:
        for variant in chosen:
            if variant.ships:
                ship(variant, trained[variant, options.seeds[0]], scores[variant, options.seeds[0]])
        examples = next(iter(scores.values()))["examples"]
        weights = fingerprints_of(variant.name for variant in chosen if variant.ships)
        evidence = {"recipe": RECIPE, "examples": examples, "variants": table}
        write_evidence("variants", COMMAND, weights, evidence)


if __name__ == "__main__":
    main()
