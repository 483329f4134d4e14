"""Train with and without guided attention and see when the diagonal forms.

    python -m core.experiments.guided_attention --write

Three recipes differ in the guide alone: none, the diagonal of Tachibana et al. 2018, left to right. Each is trained on
four tasks from several seeds: spelling and copying go along the source, reversing and dates do not. What is finished is
kept in `runs/guided-attention`, so the same command goes on where the last one stopped. The spelling models of the
first seed and the table ship.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import torch

from core import checkpoint, paths
from core.analysis.attention.diagonal import CELLS, REACHED, RULE, even_share, looks, probes, steps_until
from core.config import ModelConfig
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.evaluation.token_errors import token_error_rates
from core.experiments.small_models import command, describe
from core.files import write_whole
from core.tasks import get_task
from core.training.encoding import vocabularies
from core.training.recipe import Guide, Recipe
from core.training.state import TrainingState
from core.vocab import Vocabulary

COMMAND = "python -m core.experiments.guided_attention"
GUIDES: tuple[Guide, ...] = get_args(Guide)
GUIDE_NAMES = {"none": "no guide", "diagonal": "diagonal", "monotonic": "left to right"}
SIZES: dict[str, Any] = {"d_model": 56, "d_ff": 112, "dropout": 0.0}
SHARED: dict[str, Any] = {
    "learning_rate": 3e-3, "warmup": 60, "label_smoothing": 0.0, "average": 1, "bf16": False, "guide_weight": 20.0,
    "guide_width": 0.2,
}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """Say how long a task is trained for, by how many layers on either side, and how many of each group test it."""

    steps: int
    layers: int
    batch_tokens: int
    per_group: int

    @property
    def sizes(self) -> dict[str, Any]:
        """Return what the model's configuration is given besides its vocabularies."""
        return SIZES | {"num_encoder_layers": self.layers, "num_decoder_layers": self.layers}


COURSES = {
    "spelling": Course(500, 2, 700, 30),
    "copy": Course(240, 1, 500, 40),
    "reverse": Course(240, 1, 500, 40),
    "dates": Course(240, 1, 700, 8),
}


def begin(name: str, guide: Guide, seed: int) -> TrainingState:
    """Begin the run of a task with a guide from a seed; nothing else differs between guides."""
    task, course = get_task(name), COURSES[name]
    symbols = {"source_vocab_size": task.source_symbols(), "target_vocab_size": task.target_symbols()}
    sizes: dict[str, Any] = {side: len(Vocabulary(each)) for side, each in symbols.items()}
    config = ModelConfig(**sizes, **course.sizes)
    recipe = Recipe(steps=course.steps, batch_tokens=course.batch_tokens, seed=seed, guide=guide, **SHARED)
    return TrainingState.new(name, config, recipe)


def run(name: str, guide: Guide, seed: int, runs: Path) -> dict[str, Any]:
    """Train one model and measure it, unless that is done already; return what was found."""
    path = runs / f"{name}-{guide}-seed{seed}.safetensors"
    kept = path.with_suffix(".json")
    if not kept.exists():
        task, state = get_task(name), begin(name, guide, seed)
        vocabs = vocabularies(task)
        batch = probes(task, vocabs, state.model.config)
        found = list(looks(state, task, vocabs, batch))
        model = state.averaged_model()
        rates = token_error_rates(model, task, vocabs, task.held_out("test", COURSES[name].per_group))
        runs.mkdir(parents=True, exist_ok=True)
        named = f"guided-{guide}", f"Guided: {GUIDE_NAMES[guide]}"
        checkpoint.save(
            path, model, describe(state, task, vocabs, named, command(state, named[0], COURSES[name].sizes))
        )
        write_whole(
            kept,
            json.dumps(
                {
                    "until": steps_until(found), "words": rates.words, "wer": round(rates.wer, 6),
                    "per": round(rates.per, 6), "even": round(even_share(batch), 6),
                    "steps": [x.step for x in found],
                    "share": [round(x.share, 6) for x in found], "best": [round(x.best, 6) for x in found],
                }
            ),
        )  # fmt: skip
        print(f"trained {path.stem}", flush=True)
    return json.loads(kept.read_text(encoding="utf-8"))


def summary(name: str, guide: Guide, seeds: Sequence[int], found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a table row: what every seed found, with mean and sample standard deviation where they are numbers."""

    def over(values: Sequence[float]) -> dict[str, Any]:
        spread = round(statistics.stdev(values), 6) if len(values) > 1 else None
        return {"mean": round(statistics.mean(values), 6), "spread": spread, "each": list(values)}

    curves = list(zip(*(one["share"] for one in found), strict=True))
    return {
        "task": name, "guide": guide, "seeds": list(seeds), "until": [one["until"] for one in found],
        "exact": over([round(1 - one["wer"], 6) for one in found]), "per": over([one["per"] for one in found]),
        "end": over([one["share"][-1] for one in found]), "best": over([one["best"][-1] for one in found]),
        "even": found[0]["even"], "examples": found[0]["words"], "steps": found[0]["steps"],
        "share": [over(values) for values in curves],
    }  # fmt: skip


def report(rows: Sequence[dict[str, Any]]) -> None:
    """Print the table."""

    def mean_of(row: dict[str, Any], name: str) -> str:
        spread = row[name]["spread"]
        return f"{row[name]['mean']:.1%}" + ("" if spread is None else f" ± {spread:.1%}")

    print(RULE)
    print(f"{'task':10}{'guide':12}{'steps to 80 %':>22}{'at the end':>18}{'exact':>18}{'token errors':>18}  even")
    for row in rows:
        until = ", ".join("never" if step is None else str(step) for step in row["until"])
        cells = "".join(f"{mean_of(row, name):>18}" for name in ("end", "exact", "per"))
        print(f"{row['task']:10}{row['guide']:12}{until:>22}{cells}  {row['even']:.1%}")


def ship(guide: Guide, path: Path, found: dict[str, Any]) -> None:
    """Put a spelling model, with its scores, where the app looks for models."""
    model, metadata = checkpoint.load(path)
    scores = {
        "command": COMMAND, "measure": "exact match, greedy", "split": "test",
        "examples": found["words"], "conditions": {"as trained": round(1 - found["wer"], 6)}, "by_group": {},
    }  # fmt: skip
    checkpoint.save(paths.CHECKPOINTS / f"guided-{guide}.safetensors", model, replace(metadata, scores=scores))


def main() -> None:
    """Train what is missing, measure it, print the table; with --write keep models and table."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--tasks", nargs="+", choices=COURSES, default=list(COURSES))
    parser.add_argument(
        "--runs", type=Path, default=Path("runs/guided-attention"), help="where finished models are kept"
    )
    parser.add_argument("--write", action="store_true", help="ship the first seed's spelling models and the table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = {
        (name, guide, seed): run(name, guide, seed, options.runs)
        for name in options.tasks
        for seed in options.seeds
        for guide in GUIDES
    }
    rows = [
        summary(name, guide, options.seeds, [found[name, guide, seed] for seed in options.seeds])
        for name in options.tasks
        for guide in GUIDES
    ]
    report(rows)
    if options.write:
        if "spelling" in options.tasks:
            for guide in GUIDES:
                key = "spelling", guide, options.seeds[0]
                ship(guide, options.runs / f"spelling-{guide}-seed{options.seeds[0]}.safetensors", found[key])
        shared = SIZES | SHARED | {"layers": {name: COURSES[name].layers for name in options.tasks}}
        weights = fingerprints_of(f"guided-{guide}" for guide in GUIDES if "spelling" in options.tasks)
        evidence = {"rule": RULE, "cells": CELLS, "reached": REACHED, "recipe": shared, "rows": rows}
        write_evidence("guided-attention", COMMAND, weights, evidence)


if __name__ == "__main__":
    main()
