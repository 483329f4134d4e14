"""Zero weights of the cross-attention and see whether the token changes.

python -m core.experiments.erasure dates --write
"""

import argparse
import os
from typing import Any

import torch

from core.evaluation.erasure_effect import measure, summary
from core.evaluation.evidence import write_evidence
from core.evaluation.fingerprints import examples_fingerprint, weights_fingerprint
from core.evaluation.held_out import held_out_examples
from core.evaluation.loaded_model import load_model

EXAMPLES = 2000


def report(name: str, found: dict[str, Any]) -> None:
    """Print the tables."""
    print(
        f"{name}: {found['examples']} held-out test examples, {found['steps']} steps; a source token loses its weight"
    )
    print(f"  {'in':6} {'which':9} {'weight taken':>12} {'p(token) lost':>13} {'token changes':>13}")
    for row in found["rows"]:
        print(f"  {row['scope']:6} {row['choice']:9} {row['weight']:12.2%} {row['lost']:13.2%} {row['changed']:13.2%}")
    print("  largest weight of one head, layer by layer:")
    for layer, shares in enumerate(found["by_head"], start=1):
        print(f"    {layer}: {'  '.join(f'{share:7.2%}' for share in shares)}")
    print(f"  same source token: {' '.join(f'{method:>9}' for method in found['methods'])}")
    for method, shares in zip(found["methods"], found["agreement"], strict=True):
        print(f"    {method:16} {' '.join(f'{share:9.2%}' for share in shares)}")


def main() -> None:
    """Print how often tokens change and, with --write, keep it in assets/evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.erasure", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="held-out test examples of each")
    parser.add_argument("--write", action="store_true", help="keep the tables as JSON")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.names:
        loaded = load_model(name)
        model, about, task = loaded.model, loaded.metadata, loaded.task
        examples = held_out_examples(task, options.examples)
        found = summary(model.config, list(measure(model, task, about.source_vocab, examples)))
        report(about.name, found)
        if options.write:
            command = f"python -m core.experiments.erasure {about.name} --examples {options.examples}"
            of = {"model": about.name, "drawn": examples_fingerprint(examples)}
            write_evidence(f"erasure-{about.name}", command, {about.name: weights_fingerprint(model)}, {**of, **found})


if __name__ == "__main__":
    main()
