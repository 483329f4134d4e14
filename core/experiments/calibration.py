"""Measure how far a model's probabilities can be believed.

    python -m core.experiments.calibration spelling dates --write

Every held-out example is answered greedily, or in one pass. The probability of an answer is the product of its tokens'
probabilities, and of its length's where the model predicts that. In ten bins of it, the share of right answers is
counted: where probabilities can be believed, of the answers at 70 % seven in ten are right.
"""

import argparse
import math
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from core import paths
from core.decoding import Session, beam_search_batch
from core.decoding.parallel import ParallelEncoding
from core.decoding.session import SWITCHES_OFF
from core.evaluation.evidence import write_evidence
from core.evaluation.fingerprints import weights_fingerprint
from core.evaluation.held_out import held_out_examples
from core.evaluation.loaded_model import LoadedModel, load_model
from core.evaluation.shipped import read_folder
from core.model import Transformer
from core.tasks import Example
from core.vocab import BEGIN, END

BINS = 10


class Answer(NamedTuple):
    """Hold the tokens of an answer, END included where it was written, and its log-probability. Units: nats"""

    tokens: list[int]
    log_prob: float


def answer_batch(model: Transformer, source: Tensor) -> list[Answer]:
    """Answer many sources greedily, or in one pass, each with its log-probability.

    Shapes: source [B,S]
    """
    if not model.config.autoregressive:
        return one_pass(model, source)
    found = beam_search_batch(Session(model, source, record=False), 1)
    return [Answer(list(outcomes[0].tokens), outcomes[0].total) for outcomes in found]


def one_pass(model: Transformer, source: Tensor) -> list[Answer]:
    """Write all positions of many targets in one pass, those of equal length together.

    Shapes: source [B,S]
    """
    encoding = ParallelEncoding(model, source, SWITCHES_OFF, record=False)
    lengths = encoding.lengths()
    found: dict[int, Answer] = {}
    for length in lengths.unique().tolist():
        rows = (lengths == length).nonzero()[:, 0]
        log_probs, tokens = encoding.look(source.new_full((len(rows), length), BEGIN), rows).log_probs.max(-1)
        for row, sure, written in zip(rows.tolist(), log_probs, tokens.tolist(), strict=True):
            cut = written.index(END) + 1 if model.config.decoder == "end" and END in written else length
            of_length = 0.0 if encoding.length_log_probs is None else float(encoding.length_log_probs[row, length])
            found[row] = Answer(written[:cut], of_length + float(sure[:cut].sum()))
    return [found[row] for row in range(len(source))]


def verdicts(loaded: LoadedModel, examples: Sequence[Example]) -> Iterator[tuple[float, bool]]:
    """Yield the probability of each answer, and whether it is right."""
    for places, source in loaded.batches(examples, "calibration"):
        for place, answer in zip(places, answer_batch(loaded.model, source), strict=True):
            text = loaded.task.target_text(loaded.metadata.target_vocab.decode(answer.tokens))
            yield math.exp(answer.log_prob), text in examples[place].references


def bins_of(found: Sequence[tuple[float, bool]]) -> list[dict[str, Any]]:
    """Count the answers of each tenth of probability, those that are right, and their mean probability."""
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, right in found:
        rows[min(BINS - 1, int(probability * BINS))].append((probability, right))
    return [
        {"count": len(row), "right": sum(right for _, right in row),
         "probability": round(sum(p for p, _ in row) / len(row), 6) if row else None}
        for row in rows
    ]  # fmt: skip


def calibration_error(bins: Sequence[dict[str, Any]]) -> float:
    """Return by how much the probability and the share of right answers differ, over all answers on the average.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3 (expected calibration error).
    """
    kept = [row for row in bins if row["count"]]
    gaps = sum(row["count"] * abs(row["right"] / row["count"] - row["probability"]) for row in kept)
    return gaps / max(1, sum(row["count"] for row in kept))


def measure(loaded: LoadedModel, count: int) -> dict[str, Any]:
    """Measure a model on so many test examples, evenly drawn, at most all of them."""
    examples = held_out_examples(loaded.task, count)
    bins = bins_of(list(verdicts(loaded, examples)))
    return {
        "split": "test", "examples": len(examples), "of": len(loaded.task.held_out("test")), "bins": bins,
        "error": round(calibration_error(bins), 6),
    }  # fmt: skip


def report(name: str, found: dict[str, Any]) -> None:
    """Print the bins of a model."""
    print(f"{name}: {found['examples']} of {found['of']} test examples, calibration error {found['error']:.2%}")
    for place, row in enumerate(found["bins"]):
        if row["count"]:
            share = row["right"] / row["count"]
            print(f"  {place / BINS:4.0%} to {(place + 1) / BINS:4.0%}: {row['count']:6} answers, {share:7.2%} right")


def main() -> None:
    """Print how far the probabilities of models can be believed and, with --write, keep it as evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.calibration", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="models in assets/checkpoints, or paths (default: all that ship)")
    parser.add_argument("--examples", type=int, default=10**6, help="test examples (default: all)")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.names or sorted(read_folder(paths.CHECKPOINTS).models):
        loaded = load_model(name)
        found = measure(loaded, options.examples)
        report(loaded.metadata.name, found)
        if options.write:
            command = f"python -m core.experiments.calibration {loaded.metadata.name}"
            command += f" --examples {options.examples}" if found["examples"] < found["of"] else ""
            weights = {loaded.metadata.name: weights_fingerprint(loaded.model)}
            write_evidence(f"calibration-{loaded.metadata.name}", command, weights, found)


if __name__ == "__main__":
    main()
