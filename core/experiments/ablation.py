"""Measure what each part of a model is worth.

    python -m core.experiments.ablation dates --examples 2000 --write

A part is taken from a model that was trained with it. A model trained without it is another experiment.
"""

import argparse
import os

import torch

from core.evaluation.ablation import AblationTable, ablate, parts
from core.evaluation.evidence import write_text
from core.evaluation.fingerprints import examples_fingerprint, weights_fingerprint
from core.evaluation.held_out import held_out_examples
from core.evaluation.loaded_model import load_model


def main() -> None:
    """Print what each part of a model is worth and, with --write, keep it in assets/evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.ablation", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="a model in assets/checkpoints, or a path")
    parser.add_argument("--examples", type=int, default=500, help="held-out test examples")
    parser.add_argument("--write", action="store_true", help="keep the table as JSON")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    loaded = load_model(options.name)
    model, about, task = loaded.model, loaded.metadata, loaded.task
    examples = held_out_examples(task, options.examples)
    print(f"{about.name}: exact match on {len(examples)} held-out test examples, without one part at a time")
    results = []
    for result in ablate(model, task, about.source_vocab, about.target_vocab, examples, parts(model.config)):
        results.append(result)
        print(
            f"  {result.part.kind:9} {result.part.label:44} {result.exact_match:8.2%} {result.change:+8.2%}", flush=True
        )
    if options.write:
        table = AblationTable(
            command=f"python -m core.experiments.ablation {about.name} --examples {options.examples}",
            weights={about.name: weights_fingerprint(model)}, model=about.name, measure="exact match, greedy",
            split="test", examples=len(examples), drawn=examples_fingerprint(examples), results=tuple(results),
        )  # fmt: skip
        write_text(f"ablation-{about.name}", table.to_json())


if __name__ == "__main__":
    main()
