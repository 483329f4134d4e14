"""Go on from cross-entropy by policy gradient, and see what it changes.

    python -m core.experiments.policy_gradient --write

From each seed a small spelling model is trained by cross-entropy until little more comes of it. From there it learns on
in two ways, for as many steps on the same batches: from the edit reward and, as the control, from cross-entropy as
before. The development set chooses each way's learning rate (on the first seed); everything is counted once, on the
whole test set. What is finished is kept in `runs/policy-gradient`, so the same command goes on where the last one
stopped. The first seed's model before, its model rewarded by edits, and the table ship.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from core import checkpoint, paths
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.experiments.guided_attention import SIZES
from core.experiments.reward_training import (
    DRAWS,
    FIRST,
    RATES,
    SHARED,
    SPREAD,
    START,
    STEPS,
    TASK,
    WAYS,
    before,
    counted,
    run,
    tried_rate,
)
from core.tasks import get_task
from core.training.device import add_device_option, asked_device
from core.training.distributed import ALONE, World

COMMAND = "python -m core.experiments.policy_gradient"
SHIPPED = START, "rewarded-edit"
MEASURES = "per", "exact", "reward", "baseline", "same", "endless", "variance", "variance_less_baseline"
RULE = (
    "Phone error rate: the edits to the closest of the dictionary's pronunciations, over the phones of that one, "
    "greedy and free-running. Right words: those that equal any of them."
)


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


def summary(way: str, rate: float, seeds: Sequence[int], runs: Path, place: World = ALONE) -> dict[str, Any]:
    """Return a way's row of the table over the seeds, with its curves."""
    tales = [run(way, seed, rate, runs, place) for seed in seeds]
    was = [counted(before(seed, runs, place), place) for seed in seeds]
    now = [counted(runs / f"{way}-{rate:g}-seed{seed}.safetensors", place) for seed in seeds]
    row = {"way": way, "rate": rate, "words": now[0]["words"], "seeds": list(seeds)}
    row |= {measure: changes(was, now, measure) for measure in MEASURES}
    return row | {"dev": [tale["dev"] for tale in tales], "steps": [tale["steps"] for tale in tales]}


def report(rows: Sequence[dict[str, Any]]) -> None:
    """Print the table."""
    print(f"{RULE} {rows[0]['words']} test words; seeds {', '.join(map(str, rows[0]['seeds']))}.")

    def mean_of(found: dict[str, Any], sign: str = "") -> str:
        return f"{found['mean']:{sign}.2%}" + ("" if found["spread"] is None else f" ± {found['spread']:.2%}")

    for row in rows:
        each = ", ".join(f"{change:+.2%}" for change in row["per"]["change"]["each"])
        drawn = " → ".join(f"{row['reward'][when]['mean']:.3f}" for when in ("before", "after"))
        same = " → ".join(f"{row['same'][when]['mean']:.1%}" for when in ("before", "after"))
        cells = [f"{mean_of(row[name]['after'])} ({mean_of(row[name]['change'], '+')})" for name in ("per", "exact")]
        print(f"{row['way']:8} rate {row['rate']:g}  PER {cells[0]} [{each}]  right {cells[1]}", end="  ")
        print(f"drawn reward {drawn}, greedy ones among the drawn {same}")
    was = {name: rows[0][name]["before"] for name in MEASURES}
    print(
        f"before   PER {mean_of(was['per'])}, right {mean_of(was['exact'])}; variance of the reward "
        f"{was['variance']['mean']:.4f}, less the greedy one {was['variance_less_baseline']['mean']:.4f}"
    )


def ship(path: Path) -> None:
    """Put a model, with its scores, where the app looks for models."""
    model, metadata = checkpoint.load(path)
    found = counted(path)
    scores = {
        "command": COMMAND, "measure": "exact match, greedy", "split": "test",
        "examples": found["words"], "conditions": {"as trained": found["exact"]}, "by_group": {},
    }  # fmt: skip
    checkpoint.save(paths.CHECKPOINTS / f"{metadata.name}.safetensors", model, replace(metadata, scores=scores))


def main() -> None:
    """Train what is missing, measure it, print the table; with --write keep models and table."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--runs", type=Path, default=Path("runs/policy-gradient"), help="where finished models are kept"
    )
    parser.add_argument("--write", action="store_true", help="ship the first seed's models and the table")
    add_device_option(parser)
    options = parser.parse_args()
    place = World(device=asked_device(options))
    torch.set_num_threads(1)
    tried = {way: [tried_rate(way, rate, options.seeds[0], options.runs, place) for rate in RATES[way]] for way in WAYS}
    best = {way: min(rows, key=lambda row: row["per"])["rate"] for way, rows in tried.items()}
    for seed in options.seeds:
        for way in WAYS:
            run(way, seed, best[way], options.runs, place)
    rows = [summary(way, best[way], options.seeds, options.runs, place) for way in WAYS]
    report(rows)
    if options.write:
        ship(before(options.seeds[0], options.runs, place))
        ship(options.runs / f"edit-{best['edit']:g}-seed{options.seeds[0]}.safetensors")
        recipe = SIZES | SHARED | {"steps": STEPS, "first": FIRST}
        drawn = {"words": len(get_task(TASK).held_out("dev", SPREAD)), "draws": DRAWS}
        evidence = {"rule": RULE, "recipe": recipe, "drawn": drawn, "tried": tried, "rows": rows}
        write_evidence("policy-gradient", COMMAND, fingerprints_of(SHIPPED), evidence)


if __name__ == "__main__":
    main()
