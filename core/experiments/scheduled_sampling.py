"""Inject errors into models trained with and without scheduled sampling.

    python -m core.experiments.scheduled_sampling --write

All are trained on dates by one small recipe, in which nothing but the schedule differs. What is finished is kept in
`runs/scheduled-sampling`, so the same command goes on where the last one stopped. The first seed's models and the table
ship.
"""

import argparse
import json
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from core import checkpoint
from core.evaluation.error_injection import RULE, items_of
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.evaluation.exact_match import exact_match, rounded
from core.evaluation.recovery_rates import RecoveryCounts, by_place, in_all, measure_recovery, shares
from core.experiments.variants import Variant, ship, train
from core.files import write_whole
from core.tasks import get_task
from core.training.device import add_device_option, asked_device
from core.training.distributed import CPU

COMMAND = "python -m core.experiments.scheduled_sampling"
STEPS = 900
RECIPE = (
    "--d-model 64 --d-ff 256 --num-encoder-layers 2 --num-decoder-layers 2 --max-target-len 16 --dropout 0 "
    f"--label-smoothing 0 --steps {STEPS} --batch-tokens 1200 --learning-rate 2e-3 --warmup 100"
)
DRAW = "--sampling-draw sampled"
# Each decays from 1 to about a quarter at the last step.
SCHEDULES = (
    Variant("scheduled-none", "Scheduled: none (teacher forcing)", "", RECIPE),
    Variant(
        "scheduled-linear", "Scheduled: linear",
        f"--sampling linear --sampling-k 1 --sampling-slope 0.0008 --sampling-floor 0.25 {DRAW}", RECIPE,
    ),
    Variant(
        "scheduled-exponential", "Scheduled: exponential",
        f"--sampling exponential --sampling-k 0.9985 {DRAW}", RECIPE,
    ),
    Variant(
        "scheduled-inverse-sigmoid", "Scheduled: inverse sigmoid",
        f"--sampling inverse_sigmoid --sampling-k 150 {DRAW}", RECIPE,
    ),
)  # fmt: skip

AT_A_TIME = 100
PLACES = {"fed": "seen", "own": "seen", "recovered": "injected", "control": "injected", "damage": "injected"}
COLUMNS = ("exact", "fed", "own", "control", "recovered", "recovered_of_right", "damage", "never_back")


def score(path: Path, per_group: int | None, device: torch.device = CPU) -> dict[str, Any]:
    """Return what a checkpoint scores on the test set, and what errors do to it, kept beside it once measured."""
    kept = path.with_suffix(".json")
    if not kept.exists():
        model, metadata = checkpoint.load(path)
        model.to(device)
        task, vocabs = get_task(metadata.task), (metadata.source_vocab, metadata.target_vocab)
        examples = task.held_out("test", per_group)
        plain = {"as trained": exact_match(model, task, *vocabs, examples)}
        items = items_of(task, examples, *vocabs)
        counts = sum(measure_recovery(model, items, AT_A_TIME), Counter())
        found = {"examples": len(examples), **rounded(plain), "recovery": summary(counts)}
        write_whole(kept, json.dumps(found))
    return json.loads(kept.read_text(encoding="utf-8"))


def summary(counts: RecoveryCounts) -> dict[str, Any]:
    """Return one model's table: over all places, by place, and how many errors it took how long to get over."""
    return {
        "items": counts["items", 0],
        "injections": in_all(counts, "injected"),
        "all": {name: round(share, 6) for name, share in shares(counts).items()},
        "places": {
            what: [None if share is None else round(share, 6) for share in by_place(counts, what, of)]
            for what, of in PLACES.items()
        },
        "back": {str(tokens): counts["back", tokens] for name, tokens in sorted(counts) if name == "back"},
    }


def over_seeds(variant: Variant, seeds: Sequence[int], found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a schedule's table: mean and sample standard deviation over the seeds, and every seed's own numbers."""

    def both(values: Sequence[float]) -> dict[str, float | None]:
        return {
            "mean": round(statistics.mean(values), 6),
            "spread": round(statistics.stdev(values), 6) if len(values) > 1 else None,
        }

    tables = [one["recovery"] for one in found]
    return {
        "name": variant.name, "title": variant.title, "options": variant.options, "seeds": list(seeds),
        "all": {
            name: both([table["all"][name] for table in tables]) | {"each": [table["all"][name] for table in tables]}
            for name in COLUMNS
        },
        "places": {
            name: [both(values) for values in zip(*(table["places"][name] for table in tables), strict=True)]
            for name in PLACES
        },
        "back": [table["back"] for table in tables],
    }  # fmt: skip


def report(rows: Sequence[dict[str, Any]], items: int, injections: int) -> None:
    """Print the table, means ± sample standard deviation over the seeds."""
    print(f"{RULE}\n{items} test items, {injections} injected errors each model; mean ± standard deviation over seeds")
    print(f"{'':34}" + "".join(f"{name:>20}" for name in COLUMNS))
    for row in rows:
        cells = [format_mean(name, row["all"][name]) for name in COLUMNS]
        print(f"{row['title']:34}" + "".join(f"{cell:>20}" for cell in cells))


def format_mean(name: str, found: dict[str, Any]) -> str:
    """Write a mean with its spread; damage in edits, everything else in percent."""
    form = ".3f" if name == "damage" else ".2%"
    spread = "" if found["spread"] is None else f" ± {found['spread']:{form}}"
    return f"{found['mean']:{form}}{spread}"


def main() -> None:
    """Train what is missing, score it, print the table; with --write keep models and table."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--runs", type=Path, default=Path("runs/scheduled-sampling"), help="where finished models are kept"
    )
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole test set)")
    parser.add_argument("--write", action="store_true", help="ship the first seed's models and the table")
    add_device_option(parser)
    options = parser.parse_args()
    device = asked_device(options)
    torch.set_num_threads(1)
    trained = {
        (schedule, seed): train(schedule, seed, options.runs, options.device)
        for seed in options.seeds
        for schedule in SCHEDULES
    }
    found = {key: score(path, options.per_group, device) for key, path in trained.items()}
    rows = [over_seeds(schedule, options.seeds, [found[schedule, s] for s in options.seeds]) for schedule in SCHEDULES]
    first = next(iter(found.values()))["recovery"]
    report(rows, first["items"], first["injections"])
    if options.write:
        for schedule in SCHEDULES:
            key = schedule, options.seeds[0]
            ship(schedule, trained[key], {name: x for name, x in found[key].items() if name != "recovery"})
        evidence = {"recipe": RECIPE, "rule": RULE, "items": first["items"], "injections": first["injections"]}
        weights = fingerprints_of(schedule.name for schedule in SCHEDULES)
        write_evidence("scheduled-sampling", COMMAND, weights, evidence | {"schedules": rows})


if __name__ == "__main__":
    main()
