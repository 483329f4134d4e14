"""Go on from cross-entropy by policy gradient, and see what it changes: `python -m core.analysis.rewarding --write`.

From each seed a small spelling model is trained by cross-entropy until little more comes of it. From there it learns on
in four ways, for as many steps on the same batches: from the edit reward, from the exact reward, from half of the edit
reward and half of cross-entropy, and, as the control, from cross-entropy alone. The development set chooses each way's
learning rate (on the first seed); everything is counted once, on the whole test set. What is finished is kept in
`runs/rewarding`, so the same command goes on where the last one stopped. The first seed's model before, its model
rewarded by edits, and the table ship.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from core import checkpoint
from core.analysis.evaluate import CHECKPOINTS
from core.analysis.evidence import write_evidence
from core.analysis.guiding import SIZES
from core.analysis.small_runs import command, describe, encoded, scored, vocabularies
from core.config import ModelConfig
from core.model import Transformer
from core.tasks import Example, get_task
from core.training.batches import make_batch
from core.training.loop import train
from core.training.randomness import drawn_for
from core.training.recipe import Recipe
from core.training.rewards import draw_samples
from core.training.state import TrainingState
from core.vocab import Vocabulary

TASK, START = "spelling", "rewarded-start"
LAYERS = {"num_encoder_layers": 2, "num_decoder_layers": 2}
WAYS = {
    "edit": {"reward": "edit"},
    "mixed": {"reward": "edit", "reward_weight": 0.5},
    "control": {},
    "exact": {"reward": "exact"},
}
RATES = {"edit": (3e-5, 1e-4, 3e-4), "mixed": (1e-4, 3e-4), "control": (1e-4, 3e-4), "exact": (3e-5, 1e-4)}
STEPS, EVERY = 600, 60
MEASURES = "per", "exact", "reward", "baseline", "variance", "variance_less_baseline"
DEV, SPREAD, DRAWS = 100, 50, 4
SHARED = {"batch_tokens": 2000, "average": 1, "bf16": False, "label_smoothing": 0.0}
FIRST = {"steps": 3000, "learning_rate": 3e-3, "warmup": 100}
RULE = (
    "Phone error rate: the edits to the closest of the dictionary's pronunciations, over the phones of that one, "
    "greedy and free-running. Right words: those that equal any of them."
)


def begin(seed: int) -> TrainingState:
    """Begin the training by cross-entropy that comes before any reward."""
    task = get_task(TASK)
    sizes = {"source_vocab_size": task.source_symbols(), "target_vocab_size": task.target_symbols()}
    sizes = {side: len(Vocabulary(symbols)) for side, symbols in sizes.items()}
    return TrainingState.new(TASK, ModelConfig(**sizes, **SIZES, **LAYERS), Recipe(seed=seed, **FIRST, **SHARED))


def before(seed: int, runs: Path) -> Path:
    """Return where the model is kept that a seed's runs begin with, trained if it is not there yet."""
    path = runs / f"start-seed{seed}.safetensors"
    if not path.exists():
        task, state = get_task(TASK), begin(seed)
        vocabs = vocabularies(task)
        for _ in train(state, task, *vocabs):
            pass
        runs.mkdir(parents=True, exist_ok=True)
        told = command(state, START, SIZES | LAYERS)
        checkpoint.save(path, state.model, describe(state, task, vocabs, (START, "Before rewards"), told))
        print(f"trained {path.stem}", flush=True)
    return path


def recipe_of(way: str, seed: int, rate: float) -> Recipe:
    """Return how a model goes on: by a reward, or by cross-entropy as before."""
    return Recipe(steps=STEPS, learning_rate=rate, warmup=EVERY // 2, seed=seed + 100, **WAYS[way], **SHARED)


def error_row(model: Transformer, metadata: checkpoint.Metadata, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the share of words that are right and the phone error rate."""
    found = scored(model, get_task(TASK), (metadata.source_vocab, metadata.target_vocab), examples)
    return {"words": found.words, "exact": round(1 - found.wer, 6), "per": round(found.per, 6)}


def spread(model: Transformer, metadata: checkpoint.Metadata) -> dict[str, float]:
    """Return mean and variance of the edit reward over outputs drawn for development words, DRAWS for each.

    The variance is that about each word's own baseline too: none, or the reward of its greedy output.
    """
    task, vocabs = get_task(TASK), (metadata.source_vocab, metadata.target_vocab)
    words = [word for word in task.held_out("dev", SPREAD) for _ in range(DRAWS)]
    batch = make_batch([encoded(task, vocabs, word) for word in words], metadata.config)
    samples = draw_samples(model, batch, "edit", "greedy", drawn_for("spread", 0))
    return {
        "reward": round(float(samples.rewards.mean()), 6), "baseline": round(float(samples.baselines.mean()), 6),
        "variance": round(float(samples.rewards.var(correction=0)), 6),
        "variance_less_baseline": round(float(samples.advantages.var(correction=0)), 6),
    }  # fmt: skip


def go_on(state: TrainingState, metadata: checkpoint.Metadata, dev: Sequence[Example]) -> dict[str, Any]:
    """Train to the end, look at the development set on the way, and tell the tale."""
    task, model = get_task(TASK), state.model.eval()
    looks, steps = [{"step": 0, **error_row(model, metadata, dev)}], []
    for step in train(state, task, metadata.source_vocab, metadata.target_vocab):
        if step.rewarded is not None:
            seen = step.rewarded
            steps.append([round(x, 5) for x in (seen.reward, seen.baseline, seen.variance)])
        if step.step % EVERY == 0:
            model.eval()
            looks.append({"step": step.step, **error_row(model, metadata, dev)})
            model.train()
    model.eval()
    return {"dev": looks, "steps": steps}


def run(way: str, seed: int, rate: float, runs: Path) -> dict[str, Any]:
    """Go on from a seed's model in one way, unless that is done already; return what was found.

    The test set is not looked at here: learning rates are still to be chosen.
    """
    path = runs / f"{way}-{rate:g}-seed{seed}.safetensors"
    kept = path.with_suffix(".json")
    if not kept.exists():
        start = before(seed, runs)
        started, metadata = checkpoint.load(start)
        task, vocabs = get_task(TASK), (metadata.source_vocab, metadata.target_vocab)
        state = TrainingState.new(TASK, metadata.config, recipe_of(way, seed, rate), started.state_dict())
        found = go_on(state, metadata, task.held_out("dev", DEV))
        told = f"{command(state, f'rewarded-{way}', {})} --start-from {start}"
        checkpoint.save(path, state.model, describe(state, task, vocabs, (f"rewarded-{way}", f"Rewarded: {way}"), told))
        kept.write_text(json.dumps(found), encoding="utf-8")
        print(f"went on by {path.stem}: dev {found['dev'][0]['per']:.2%} → {found['dev'][-1]['per']:.2%}", flush=True)
    return json.loads(kept.read_text(encoding="utf-8"))


def counted(path: Path) -> dict[str, Any]:
    """Return what a finished model scores on the test set, and how its drawn outputs spread; kept once measured."""
    kept = path.with_suffix(".test.json")
    if not kept.exists():
        model, metadata = checkpoint.load(path)
        found = error_row(model, metadata, get_task(TASK).held_out("test")) | spread(model, metadata)
        kept.write_text(json.dumps(found), encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def tried_rate(way: str, rate: float, seed: int, runs: Path) -> dict[str, float]:
    """Return the phone error rate on the development set that a learning rate ends with."""
    return {"rate": rate, "per": run(way, seed, rate, runs)["dev"][-1]["per"]}


def over(values: Sequence[float]) -> dict[str, Any]:
    """Return mean, sample standard deviation and every seed's own number."""
    deviation = round(statistics.stdev(values), 6) if len(values) > 1 else None
    return {"mean": round(statistics.mean(values), 6), "spread": deviation, "each": list(values)}


def changes(was: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]], measure: str) -> dict[str, Any]:
    """Return a measure before and after and its change, over the seeds."""
    pairs = [(one[measure], two[measure]) for one, two in zip(was, now, strict=True)]
    return {
        "before": over([one for one, _ in pairs]), "after": over([two for _, two in pairs]),
        "change": over([round(two - one, 6) for one, two in pairs]),
    }  # fmt: skip


def summary(way: str, rate: float, seeds: Sequence[int], runs: Path) -> dict[str, Any]:
    """Return a way's row of the table over the seeds, with its curves."""
    tales = [run(way, seed, rate, runs) for seed in seeds]
    was = [counted(before(seed, runs)) for seed in seeds]
    now = [counted(runs / f"{way}-{rate:g}-seed{seed}.safetensors") for seed in seeds]
    row = {"way": way, "rate": rate, "words": now[0]["words"], "seeds": list(seeds)}
    row |= {measure: changes(was, now, measure) for measure in MEASURES}
    return row | {"dev": [tale["dev"] for tale in tales], "steps": [tale["steps"] for tale in tales]}


def report(rows: Sequence[dict[str, Any]]) -> None:
    """Print the table."""
    print(f"{RULE} {rows[0]['words']} test words; seeds {', '.join(map(str, rows[0]['seeds']))}.")

    def told(found: dict[str, Any], sign: str = "") -> str:
        return f"{found['mean']:{sign}.2%}" + ("" if found["spread"] is None else f" ± {found['spread']:.2%}")

    for row in rows:
        each = ", ".join(f"{change:+.2%}" for change in row["per"]["change"]["each"])
        cells = [f"{told(row[name]['after'])} ({told(row[name]['change'], '+')})" for name in ("per", "exact")]
        print(f"{row['way']:8} rate {row['rate']:g}  PER {cells[0]} [{each}]  right {cells[1]}  drawn reward", end=" ")
        print(" → ".join(f"{row['reward'][when]['mean']:.3f}" for when in ("before", "after")))
    was = {name: rows[0][name]["before"] for name in MEASURES}
    print(
        f"before   PER {told(was['per'])}, right {told(was['exact'])}; variance of the reward "
        f"{was['variance']['mean']:.4f}, less the greedy one {was['variance_less_baseline']['mean']:.4f}"
    )


def ship(path: Path) -> None:
    """Put a model, with its scores, where the app looks for models."""
    model, metadata = checkpoint.load(path)
    found = counted(path)
    scores = {
        "command": "python -m core.analysis.rewarding", "measure": "exact match, greedy", "split": "test",
        "examples": found["words"], "conditions": {"as trained": found["exact"]}, "by_group": {},
    }  # fmt: skip
    checkpoint.save(CHECKPOINTS / f"{metadata.name}.safetensors", model, replace(metadata, scores=scores))


def main() -> None:
    """Train what is missing, measure it, print the table; with --write keep models and table."""
    parser = argparse.ArgumentParser(prog="python -m core.analysis.rewarding", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--runs", type=Path, default=Path("runs/rewarding"), help="where finished models are kept")
    parser.add_argument("--write", action="store_true", help="ship the first seed's models and the table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tried = {
        way: [tried_rate(way, rate, options.seeds[0], options.runs) for rate in RATES[way]] for way in options.ways
    }
    best = {way: min(rows, key=lambda row: row["per"])["rate"] for way, rows in tried.items()}
    for seed in options.seeds:
        for way in options.ways:
            run(way, seed, best[way], options.runs)
    rows = [summary(way, best[way], options.seeds, options.runs) for way in options.ways]
    report(rows)
    if options.write:
        ship(before(options.seeds[0], options.runs))
        ship(options.runs / f"edit-{best['edit']:g}-seed{options.seeds[0]}.safetensors")
        recipe = SIZES | SHARED | {"steps": STEPS, "first": FIRST}
        drawn = {"words": len(get_task(TASK).held_out("dev", SPREAD)), "draws": DRAWS}
        evidence = {"command": "python -m core.analysis.rewarding", "rule": RULE, "recipe": recipe, "drawn": drawn}
        write_evidence("rewarding", evidence | {"tried": tried, "rows": rows})


if __name__ == "__main__":
    main()
