"""Go on from cross-entropy by policy gradient, and see what it changes: `python -m core.analysis.rewarding --write`.

Each seed's spelling model of `core.analysis.guiding` (no guide) learns on in three ways for as many steps: from the
edit reward, from exact match and, as the control, from cross-entropy. The development set chooses the learning rate of
the rewards (seed 1, edit) and, for every run, after how many steps it is best; everything is counted once on the test
set. What is finished is kept in `runs/rewarding`. The first seed's model and the table ship.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core import checkpoint
from core.analysis import guiding
from core.analysis.evaluate import CHECKPOINTS
from core.analysis.evidence import write_evidence
from core.analysis.small_runs import command, describe, encoded, scored
from core.model import Transformer
from core.tasks import Example, Task, get_task
from core.training.batches import make_batch
from core.training.loop import train
from core.training.randomness import drawn_for
from core.training.recipe import Recipe
from core.training.rewards import draw_samples
from core.training.state import TrainingState

TASK = "spelling"
WAYS = ("edit", "exact", "control")
STEPS, EVERY, RATES = 120, 40, (3e-4, 1e-3)
DEV, TEST, DRAWS = 25, 100, 4
SHARED = {"batch_tokens": 1400, "warmup": 10, "decay": "constant", "average": 1, "bf16": False, "label_smoothing": 0.0}
RULE = (
    "Phone error rate: the edits to the closest of the dictionary's pronunciations, over the phones of that one, "
    "greedy and free-running. Right words: those that equal any of them."
)


def before(seed: int, runs: Path) -> tuple[Transformer, checkpoint.Metadata, Path]:
    """Return the model that a seed begins with, trained by cross-entropy, and where it is kept."""
    guiding.run(TASK, "none", seed, runs / "guiding")
    path = runs / "guiding" / f"{TASK}-none-seed{seed}.safetensors"
    return *checkpoint.load(path), path


def recipe_of(way: str, seed: int, rate: float, steps: int = STEPS) -> Recipe:
    """Return how a model goes on: by a reward, or by cross-entropy as before."""
    reward = "none" if way == "control" else way
    return Recipe(steps=steps, learning_rate=rate, seed=seed + 100, reward=reward, **SHARED)


def error_row(model: Transformer, metadata: checkpoint.Metadata, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the share of words that are right and the phone error rate."""
    found = scored(model, get_task(TASK), (metadata.source_vocab, metadata.target_vocab), examples)
    return {"words": found.words, "exact": round(1 - found.wer, 6), "per": round(found.per, 6)}


def spread(model: Transformer, metadata: checkpoint.Metadata, task: Task, seed: int) -> dict[str, float]:
    """Return mean and variance of the edit reward over drawn outputs, without a baseline and less the greedy one."""
    vocabs = metadata.source_vocab, metadata.target_vocab
    words = [x for x in task.held_out("dev", 10, seed=seed) for _ in range(DRAWS)]
    batch = make_batch([encoded(task, vocabs, x) for x in words], metadata.config)
    samples = draw_samples(model, batch, "edit", "greedy", drawn_for("spread", seed))
    return {
        "reward": round(float(samples.rewards.mean()), 6), "baseline": round(float(samples.baselines.mean()), 6),
        "variance": round(float(samples.rewards.var(correction=0)), 6),
        "variance_less_baseline": round(float(samples.advantages.var(correction=0)), 6),
    }  # fmt: skip


def go_on(state: TrainingState, metadata: checkpoint.Metadata, examples: Sequence[Example]) -> dict[str, Any]:
    """Train to the end, leave the model as it was when its phone error rate on examples was lowest, and tell the tale.

    Of equal steps the last counts.
    """
    task, model = get_task(TASK), state.model
    model.eval()
    found, best, rewards = [{"step": 0, **error_row(model, metadata, examples)}], copied(model), []
    for step in train(state, task, metadata.source_vocab, metadata.target_vocab):
        rewards.append(None if step.rewarded is None else round(step.rewarded.reward, 6))
        if step.step % EVERY == 0:
            model.eval()
            found.append({"step": step.step, **error_row(model, metadata, examples)})
            if found[-1]["per"] == min(row["per"] for row in found):
                best = copied(model)
            model.train()
    model.load_state_dict(best)
    model.eval()
    chosen = min(reversed(found), key=lambda row: row["per"])["step"]
    return {"dev": found, "chosen": chosen, "rewards": rewards}


def copied(model: Transformer) -> dict[str, Tensor]:
    """Return the present weights."""
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def run(way: str, seed: int, rate: float, runs: Path) -> dict[str, Any]:
    """Go on from a seed's model in one way, unless that is done already; return what was found."""
    path = runs / "rewarding" / f"{way}-{rate:g}-seed{seed}.safetensors"
    kept = path.with_suffix(".json")
    if not kept.exists():
        started, metadata, start = before(seed, runs)
        task, vocabs = get_task(TASK), (metadata.source_vocab, metadata.target_vocab)
        dev, test = task.held_out("dev", DEV), task.held_out("test", TEST)
        first = {"spread": spread(started, metadata, task, seed), "test": error_row(started, metadata, test)}
        state = TrainingState.new(TASK, metadata.config, recipe_of(way, seed, rate), started.state_dict())
        told = go_on(state, metadata, dev)
        state.step, state.recipe = told["chosen"], recipe_of(way, seed, rate, max(told["chosen"], EVERY))
        asked = f"{command(state, f'rewarded-{way}', {})} --start-from {start}"
        path.parent.mkdir(parents=True, exist_ok=True)
        about = describe(state, task, vocabs, (f"rewarded-{way}", f"Rewarded: {way}"), asked)
        checkpoint.save(path, state.model, about)
        after = {
            "spread": spread(state.model, metadata, task, seed),
            "test": error_row(state.model, metadata, test),
        }
        kept.write_text(json.dumps({"before": first, "after": after, **told}), encoding="utf-8")
        print(f"went on by {path.stem}", flush=True)
    return json.loads(kept.read_text(encoding="utf-8"))


def over(values: Sequence[float]) -> dict[str, Any]:
    """Return mean, sample standard deviation and every seed's own number."""
    deviation = round(statistics.stdev(values), 6) if len(values) > 1 else None
    return {"mean": round(statistics.mean(values), 6), "spread": deviation, "each": list(values)}


def summary(way: str, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a table row over the seeds: before, after, and the change seed by seed."""
    row: dict[str, Any] = {"way": way, "chosen": [one["chosen"] for one in found]}
    for measure in ("exact", "per"):
        was, now = ([one[when]["test"][measure] for one in found] for when in ("before", "after"))
        row[measure] = {
            "before": over(was), "after": over(now),
            "change": over([round(b - a, 6) for a, b in zip(was, now, strict=True)]),
        }  # fmt: skip
    for name in ("reward", "variance", "variance_less_baseline"):
        row[name] = {when: over([one[when]["spread"][name] for one in found]) for when in ("before", "after")}
    row["rewards"] = [one["rewards"] for one in found]
    row["dev"] = [one["dev"] for one in found]
    return row


def report(rows: Sequence[dict[str, Any]], words: int) -> None:
    """Print the table."""
    print(f"{RULE} {words} test words.")

    def told(found: dict[str, Any], form: str) -> str:
        return f"{found['mean']:{form}} ± {found['spread'] or 0:.2%}"

    for row in rows:
        per, exact = row["per"], row["exact"]
        print(
            f"{row['way']:8} PER {told(per['before'], '.2%')} → {told(per['after'], '.2%')} "
            f"(change {told(per['change'], '+.2%')}), right {told(exact['before'], '.2%')} → "
            f"{told(exact['after'], '.2%')}, steps {row['chosen']}, variance of the reward "
            f"{row['variance']['before']['mean']:.4f}, less its baseline "
            f"{row['variance_less_baseline']['before']['mean']:.4f}"
        )


def ship(path: Path, found: dict[str, Any]) -> None:
    """Put the model that learned from edits, with its scores, where the app looks for models."""
    model, metadata = checkpoint.load(path)
    test = found["after"]["test"]
    scores = {
        "command": "python -m core.analysis.rewarding", "measure": "exact match, greedy", "split": "test",
        "examples": test["words"], "conditions": {"as trained": test["exact"]}, "by_group": {},
    }  # fmt: skip
    checkpoint.save(CHECKPOINTS / f"{metadata.name}.safetensors", model, replace(metadata, scores=scores))


def main() -> None:
    """Train what is missing, measure it, print the table; with --write keep model and table."""
    parser = argparse.ArgumentParser(prog="python -m core.analysis.rewarding", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where finished models are kept")
    parser.add_argument("--write", action="store_true", help="ship the first seed's model and the table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tried = [
        {"rate": rate, "per": min(row["per"] for row in run("edit", options.seeds[0], rate, options.runs)["dev"])}
        for rate in RATES
    ]
    rate = min(tried, key=lambda row: row["per"])["rate"]
    found = {way: [run(way, seed, rate, options.runs) for seed in options.seeds] for way in WAYS}
    rows, words = [summary(way, found[way]) for way in WAYS], found["edit"][0]["after"]["test"]["words"]
    report(rows, words)
    if options.write:
        ship(options.runs / "rewarding" / f"edit-{rate:g}-seed{options.seeds[0]}.safetensors", found["edit"][0])
        evidence = {"command": "python -m core.analysis.rewarding", "rule": RULE, "words": words, "rate": rate}
        evidence |= {"steps": STEPS, "every": EVERY, "seeds": options.seeds, "tried": tried, "rows": rows}
        write_evidence("rewarding", evidence)


if __name__ == "__main__":
    main()
