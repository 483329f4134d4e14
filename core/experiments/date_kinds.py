"""Score models of dates on the kinds that people type and CLDR does not list.

    python -m core.experiments.date_kinds dates --write

Exact match, greedy or in one pass, on held-out days, for each kind; whether the model was trained on them, it says.
"""

import argparse
import os
from typing import Any

import torch

from core.evaluation.evidence import write_evidence
from core.evaluation.exact_match import exact_match
from core.evaluation.fingerprints import weights_fingerprint
from core.evaluation.loaded_model import LoadedModel, load_model
from core.tasks.date_kinds import KINDS
from core.tasks.typed_dates import TypedDates, has_kinds

SHOWN = 3


def measure(loaded: LoadedModel, per_kind: int | None = None) -> dict[str, Any]:
    """Answer held-out days in every kind; return the share of each that is right, and some of the wrong ones."""
    task, about = TypedDates(), loaded.metadata
    examples = task.held_out_kinds("test", per_kind)
    found = exact_match(loaded.model, task, about.source_vocab, about.target_vocab, examples)
    wrong = {kind: [(x.source, output) for x, output in found.errors if x.group == kind][:SHOWN] for kind in KINDS}
    return {
        "trained": has_kinds(about.training.get("data", "")), "examples": len(examples),
        "by_kind": {kind: round(share, 6) for kind, share in found.by_group().items()}, "wrong": wrong,
    }  # fmt: skip


def main() -> None:
    """Print how many of each kind are right and, with --write, keep it as evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.date_kinds", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--per-kind", type=int, help="held-out examples of each kind (default: 60)")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.names:
        loaded = load_model(name)
        if loaded.metadata.task != "dates":
            raise SystemExit(f"{name} is not a model of dates")
        found = measure(loaded, options.per_kind)
        trained = "trained on them" if found["trained"] else "never trained on them"
        print(f"{loaded.metadata.name}, {trained}: exact match on {found['examples']} held-out examples")
        for kind, share in found["by_kind"].items():
            print(f"  {kind:18} {share:7.2%}  {found['wrong'][kind]}")
        if options.write:
            command = f"python -m core.experiments.date_kinds {loaded.metadata.name}"
            weights = {loaded.metadata.name: weights_fingerprint(loaded.model)}
            write_evidence(f"date-kinds-{loaded.metadata.name}", command, weights, found)


if __name__ == "__main__":
    main()
