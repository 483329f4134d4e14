"""Zero weights of the cross-attention and see whether the token changes: `python -m core.analysis.overwrite dates`.

At every step of what a model writes for held-out sources, one source token loses its weight: in one head, in all heads
of a layer, in all layers; it is the token with the largest weight, a random other one, or the one that gradient ×
attention names. The other weights stay as they are. Nothing else is changed, and the next step begins anew.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any

import torch

from core.analysis.ablation import held_out_examples
from core.analysis.ablation_evidence import examples_fingerprint, fingerprint
from core.analysis.alignment import METHODS
from core.analysis.erasure import CHOICES, Tally, erased, scopes
from core.analysis.evaluate import opened
from core.analysis.evidence import write_evidence
from core.config import ModelConfig
from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import pad
from core.vocab import Vocabulary

BATCH = 64
EXAMPLES = 2000
KINDS = ("head", "layer", "all")


def measure(
    model: Transformer, task: Task, source_vocab: Vocabulary, examples: Sequence[Example], batch: int = BATCH,
    seed: int = 0,
) -> Iterator[Tally]:  # fmt: skip
    """Try every erasure on every step of a model's own outputs, one batch of sources at a time.

    Raises: ValueError if the model writes all positions at once: then there are no steps.
    """
    if not model.config.autoregressive:
        raise ValueError("this model writes all positions at once: there is no next token to look at")
    for start in range(0, len(examples), batch):
        rows = [source_vocab.encode(task.source_tokens(each.source)) for each in examples[start : start + batch]]
        yield erased(model, pad(rows), torch.Generator().manual_seed(seed + start))


def summary(config: ModelConfig, tallies: Sequence[Tally]) -> dict[str, Any]:
    """Return shares over all steps: a row for each kind of scope and way of choosing, the heads one by one, agreement.

    Units: shares from 0 to 1; `weight` is the mean taken from a head, `lost` the mean loss of the token's probability

    Raises: ValueError if nothing was measured.
    """
    if not any(tally.steps for tally in tallies):
        raise ValueError("there is nothing to sum up: nothing was measured")
    total = reduce(add, tallies)
    listed = scopes(config.num_decoder_layers, config.num_heads)
    rows = []
    for kind in KINDS:
        places = [place for place, scope in enumerate(listed) if scope.kind == kind]
        for choice, name in enumerate(CHOICES):
            shares = {
                what: getattr(total, what)[places, choice].mean().item() / total.steps
                for what in ("changed", "weight", "lost")
            }
            rows.append({"scope": kind, "choice": name} | {what: round(share, 6) for what, share in shares.items()})
    heads = config.num_decoder_layers * config.num_heads
    agree = (total.agree / total.steps).tolist()
    by_head = (total.changed[:heads, 0] / total.steps).view(-1, config.num_heads)
    return {
        "examples": total.examples, "steps": total.steps, "rows": rows,
        "by_head": [[round(share, 6) for share in row] for row in by_head.tolist()],
        "methods": list(METHODS), "agreement": [[round(share, 6) for share in row] for row in agree],
    }  # fmt: skip


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
    parser = argparse.ArgumentParser(prog="python -m core.analysis.overwrite", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="held-out test examples of each")
    parser.add_argument("--write", action="store_true", help="keep the tables as JSON")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.names:
        model, about, task = opened(name)
        examples = held_out_examples(task, options.examples)
        found = summary(model.config, list(measure(model, task, about.source_vocab, examples)))
        report(about.name, found)
        if options.write:
            command = f"python -m core.analysis.overwrite {about.name} --examples {options.examples}"
            of = {"model": about.name, "weights": fingerprint(model), "drawn": examples_fingerprint(examples)}
            write_evidence(f"overwrite-{about.name}", {**of, "command": command, **found})


if __name__ == "__main__":
    main()
