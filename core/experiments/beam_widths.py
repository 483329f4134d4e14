"""Measure what a wider beam is worth, and what it costs.

python -m core.experiments.beam_widths spelling dates --write
"""

import argparse
from typing import Any

import torch

from core.evaluation.beam_widths import GREEDY, search_widths, width_evidence
from core.evaluation.evidence import write_evidence
from core.evaluation.fingerprints import weights_fingerprint
from core.evaluation.loaded_model import load_model


def report(name: str, found: dict[str, Any]) -> None:
    """Print what was measured."""
    print(f"{name}: {found['examples']} {found['split']} examples, no length penalty, processor time against greedy")
    for row in found["table"]:
        way = "greedy" if row["width"] == GREEDY else f"beam of {row['width']}"
        print(f"  {way:11} {row['exact']:8.2%} right   {row['time']:6.2f}×")
    for kind, title in (("greedy_wrong", "greedy wrong, beam right"), ("wider_worse", "beam right, wider beam wrong")):
        print(f"  {title}: {found['counts'][kind]}")
        for row in found[kind]:
            outputs = f"{row['narrow']}: {row['narrow_output']}, {row['wide']}: {row['wide_output']}"
            right = " or ".join(row["references"])
            print(f"    {row['source']:24} {outputs}   (log p {row['gain']:+.3f}; right: {right})")


def main() -> None:
    """Print the table of each model and, with --write, keep it as evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.beam_widths", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole set)")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.names:
        loaded = load_model(name)
        model, metadata, task = loaded.model, loaded.metadata, loaded.task
        examples = task.held_out(options.split, options.per_group)
        asked = f"{metadata.name} --split {options.split}"
        asked += "" if options.per_group is None else f" --per-group {options.per_group}"
        found = width_evidence(list(search_widths(model, metadata, task, examples)), options.split)
        report(metadata.name, found)
        if options.write:
            command = f"python -m core.experiments.beam_widths {asked}"
            write_evidence(f"beam-widths-{metadata.name}", command, {metadata.name: weights_fingerprint(model)}, found)


if __name__ == "__main__":
    main()
