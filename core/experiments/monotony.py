"""Measure how much the cross-attention of a model of sentences runs from left to right, language by language.

python -m core.experiments.monotony sentences --pairs pairs.tsv --write
"""

import argparse
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from core.analysis.attention.monotony import CELLS, Monotony, monotony
from core.evaluation.evidence import write_evidence
from core.evaluation.fingerprints import examples_fingerprint, weights_fingerprint
from core.evaluation.loaded_model import LoadedModel, load_model
from core.tasks import Example, Sentences
from core.tasks.sentence_pairs import read_rows
from core.training.batches import make_batch
from core.training.device import add_device_option, asked_device
from core.training.encoding import encode_example
from core.training.guided import CrossWeights
from core.vocab import PAD

BATCH = 64
LANGUAGE_TOKENS = 1  # the source begins with the language that it asks for, which is no word of the sentence
RULE = (
    f"Share of the cross-attention within {CELLS} cell of the diagonal, and Spearman's rank correlation of the target "
    "tokens with the places that they look at on average: of each test sentence, the decoder fed the reference, "
    "without the source token that asks for the language; then the mean over sentences. Even attention is measured "
    "alike."
)


@torch.inference_mode()
def alignments(loaded: LoadedModel, examples: Sequence[Example]) -> Iterator[tuple[Example, Tensor]]:
    """Yield each example with its cross-attention, the decoder fed the reference. Shapes: → [L,H,T,S]"""
    model, about = loaded.model, loaded.metadata
    vocabs = about.source_vocab, about.target_vocab
    ordered = sorted(examples, key=lambda x: len(x.source))
    for start in range(0, len(ordered), BATCH):
        mine = ordered[start : start + BATCH]
        batch = make_batch([encode_example(loaded.task, vocabs, x) for x in mine], model.config).to(model.device)
        keeper = CrossWeights()
        model(batch.source, batch.read, tap=keeper.tap())
        weights = torch.stack(keeper.layers, dim=1).cpu()
        lengths = (batch.read != PAD).sum(1).tolist(), (batch.source != PAD).sum(1).tolist()
        for i, (target_len, source_len) in enumerate(zip(*lengths, strict=True)):
            yield mine[i], weights[i, :, :, :target_len, :source_len]


def mean_of(found: Sequence[Monotony]) -> dict[str, float]:
    """Return the means of both measures, leaving out what has no order."""
    orders = [one.rank_correlation for one in found if not math.isnan(one.rank_correlation)]
    near = fmean(one.near_diagonal for one in found)
    return {"near_diagonal": round(near, 4), "rank_correlation": round(fmean(orders), 4) if orders else 0.0}


def measure(loaded: LoadedModel, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Return a row for each language: the mean of all heads, each head alone, and even attention."""
    found: dict[str, dict[Any, list[Monotony]]] = {}
    for example, weights in alignments(loaded, examples):
        layers, heads, *shape = weights.shape
        mine = found.setdefault(example.group, {})
        maps: dict[Any, Tensor] = {"all": weights.mean((0, 1)), "even": torch.ones(shape)}
        maps |= {(layer, head): weights[layer, head] for layer in range(layers) for head in range(heads)}
        for name, one in maps.items():
            mine.setdefault(name, []).append(monotony(one, LANGUAGE_TOKENS))
    return [row(language, maps) for language, maps in sorted(found.items())]


def row(language: str, maps: dict[Any, list[Monotony]]) -> dict[str, Any]:
    """Return what is kept of a language; `heads` are its heads, layer by layer."""
    layers = sorted({name[0] for name in maps if isinstance(name, tuple)})
    heads = [[mean_of(maps[name]) for name in sorted(n for n in maps if n[0] == layer)] for layer in layers]
    even = mean_of(maps["even"])["near_diagonal"]
    return {"language": language, "sentences": len(maps["all"]), **mean_of(maps["all"]), "even": even, "heads": heads}


def report(found: Sequence[dict[str, Any]]) -> None:
    """Print the table."""
    print(RULE)
    for one in found:
        print(
            f"{one['language']} {one['sentences']:5} sentences: {one['near_diagonal']:.1%} near the diagonal "
            f"(even attention {one['even']:.1%}), rank correlation {one['rank_correlation']:.3f}"
        )
        for layer, heads in enumerate(one["heads"], start=1):
            told = "  ".join(f"{head['near_diagonal']:5.1%} {head['rank_correlation']:6.3f}" for head in heads)
            print(f"    layer {layer}: {told}")


def main() -> None:
    """Print how monotone each language's alignments are and, with --write, keep it in assets/evidence.

    Raises: SystemExit if the model is of another task or the pairs cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m core.experiments.monotony", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="a model in assets/checkpoints, or a path")
    parser.add_argument("--pairs", type=Path, required=True, help="pairs.tsv of core.tasks.sentences_data")
    parser.add_argument("--per-language", type=int, help="test sentences of each language (default: all)")
    parser.add_argument("--write", action="store_true", help="keep the table as JSON")
    add_device_option(parser)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    loaded = load_model(options.name)
    if not isinstance(loaded.task, Sentences):
        raise SystemExit(f"{options.name} was trained for {loaded.task.title}, not for sentences")
    loaded.model.to(asked_device(options))
    try:
        task = Sentences(loaded.task.subwords, read_rows(options.pairs))
    except (OSError, ValueError) as error:
        raise SystemExit(f"these options do not work: {error}") from error
    examples = [x for x in task.held_out("test", options.per_language) if task.fits(x)]
    found = measure(loaded, examples)
    report(found)
    if options.write:
        name = loaded.metadata.name
        asked = "" if options.per_language is None else f" --per-language {options.per_language}"
        command = f"python -m core.experiments.monotony {name} --pairs {options.pairs.name}{asked}"
        weights = {name: weights_fingerprint(loaded.model.cpu())}
        kept = {"rule": RULE, "drawn": examples_fingerprint(examples), "languages": found}
        write_evidence(f"monotony-{name}", command, weights, kept)


if __name__ == "__main__":
    main()
