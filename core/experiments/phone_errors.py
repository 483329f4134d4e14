"""Count word and phone errors of a model whose sources have several right answers.

    python -m core.experiments.phone_errors spelling --write

A word is right if the output equals any of its references; phone errors are the edits to the closest reference. Beam
width and length penalty are chosen on the development set, then everything is counted once on the test set.
"""

import argparse
import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import torch
from tqdm import tqdm

from core.checkpoint import Metadata
from core.decoding import Session, beam_search_batch
from core.evaluation.evidence import write_evidence
from core.evaluation.exact_match import BATCH
from core.evaluation.fingerprints import weights_fingerprint
from core.evaluation.loaded_model import load_model
from core.model import Transformer
from core.tasks import Example, Task, get_task
from core.tasks.edit_distance import ErrorRates, alignment, closest, error_rates
from core.training.batches import pad
from core.training.device import add_device_option, asked_device

RULE = (
    "A word is right if the output equals any of the dictionary's pronunciations (without stress). "
    "Phone errors are the insertions, deletions and substitutions to the closest of them, over the phones of that one."
)
WIDTHS, PENALTIES = (1, 2, 3, 5, 8, 10), (0.0, 0.5, 1.0)
CONFUSIONS = 24

Tokens = tuple[str, ...]
Scored = list[tuple[Tokens, list[Tokens]]]


class Searcher:
    """Search with one model for the best outputs of many examples."""

    def __init__(self, model: Transformer, metadata: Metadata) -> None:
        self.model, self.metadata = model, metadata
        self.task: Task = get_task(metadata.task)

    def n_best(self, examples: Sequence[Example], width: int, length_penalty: float = 0.0) -> list[list[Tokens]]:
        """Return the outputs of each example, the best first, as tokens."""
        found: dict[int, list[Tokens]] = {}
        by_length = sorted(range(len(examples)), key=lambda i: len(examples[i].source))
        for start in tqdm(
            range(0, len(by_length), BATCH), desc=f"width {width}, penalty {length_penalty}", leave=False
        ):
            batch = by_length[start : start + BATCH]
            ids = [self.metadata.source_vocab.encode(self.task.source_tokens(examples[i].source)) for i in batch]
            session = Session(self.model, pad(ids).to(self.model.device), record=False)
            for i, outcomes in zip(batch, beam_search_batch(session, width, length_penalty), strict=True):
                found[i] = [tuple(self.metadata.target_vocab.decode(outcome.tokens)) for outcome in outcomes]
        return [found[i] for i in range(len(examples))]

    def references(self, example: Example) -> list[Tokens]:
        """Return the right answers as tokens."""
        return [tuple(self.task.target_tokens(reference)) for reference in example.references]

    def scored(self, examples: Sequence[Example], n_best: list[list[Tokens]]) -> Scored:
        """Pair each best output with its references."""
        return [(outputs[0], self.references(x)) for x, outputs in zip(examples, n_best, strict=True)]


def rates(found: ErrorRates) -> dict[str, float | int]:
    """Return error rates as the evidence keeps them, from 0 to 1."""
    return {"words": found.words, "wer": round(found.wer, 6), "per": round(found.per, 6)}


def choose_beam(searcher: Searcher, examples: Sequence[Example]) -> tuple[list[dict[str, Any]], int, float]:
    """Measure every width and penalty; return all, and the pair with the fewest wrong words (of equals the first)."""
    rows: list[dict[str, Any]] = [
        {"width": width, "length_penalty": penalty}
        | rates(error_rates(searcher.scored(examples, searcher.n_best(examples, width, penalty))))
        for width in WIDTHS
        for penalty in (PENALTIES if width > 1 else PENALTIES[:1])
    ]
    best = min(rows, key=lambda row: row["wer"])
    return rows, best["width"], best["length_penalty"]


def oracle(examples: Sequence[Example], n_best: list[list[Tokens]], searcher: Searcher) -> list[float]:
    """Return the share of words without a right answer among the first 1, 2, … outputs."""
    places = []
    for example, outputs in zip(examples, n_best, strict=True):
        right = set(searcher.references(example))
        places.append(next((place for place, output in enumerate(outputs, start=1) if output in right), None))
    longest = max(map(len, n_best))
    return [
        round(sum(place is None or place > count for place in places) / len(places), 6)
        for count in range(1, longest + 1)
    ]


def by_length(examples: Sequence[Example], scored: Scored) -> list[dict[str, Any]]:
    """Return the error rates of the words of each length."""
    groups: dict[int, Scored] = defaultdict(list)
    for example, pair in zip(examples, scored, strict=True):
        groups[len(example.source)].append(pair)
    return [{"letters": letters} | rates(error_rates(pairs)) for letters, pairs in sorted(groups.items())]


def confusions(scored: Scored) -> list[dict[str, Any]]:
    """Count what was written for what, the commonest first; None stands for nothing."""
    counts: Counter[tuple[Any, Any]] = Counter()
    for output, references in scored:
        _, reference = closest(output, references)
        counts.update((meant, wrote) for meant, wrote in alignment(reference, output) if meant != wrote)
    return [{"meant": meant, "wrote": wrote, "count": n} for (meant, wrote), n in counts.most_common(CONFUSIONS)]


def measure(searcher: Searcher) -> dict[str, Any]:
    """Choose the beam on the development set, then count everything on the test set."""
    dev, test = (searcher.task.held_out(split) for split in ("dev", "test"))
    development, width, penalty = choose_beam(searcher, dev)
    greedy = searcher.scored(test, searcher.n_best(test, 1))
    beam = searcher.scored(test, searcher.n_best(test, width, penalty))
    return {
        "rule": RULE,
        "development": development,
        "width": width,
        "length_penalty": penalty,
        "greedy": rates(error_rates(greedy)),
        "beam": rates(error_rates(beam)),
        "oracle": oracle(test, searcher.n_best(test, max(WIDTHS), penalty), searcher),
        "by_length": by_length(test, beam),
        "confusions": confusions(beam),
    }


def report(name: str, found: dict[str, Any]) -> None:
    """Print what was measured."""

    def rates_text(row: dict[str, Any]) -> str:
        return f"WER {row['wer']:.2%}, PER {row['per']:.2%} of {row['words']} words"

    print(f"{name}: {found['rule']}")
    for row in found["development"]:
        print(f"  development, width {row['width']:2}, penalty {row['length_penalty']}: {rates_text(row)}")
    print(f"  test, greedy: {rates_text(found['greedy'])}")
    print(f"  test, width {found['width']}, penalty {found['length_penalty']}: {rates_text(found['beam'])}")
    print("  no right answer among the first n:", ", ".join(f"{share:.1%}" for share in found["oracle"]))
    for row in found["by_length"]:
        print(f"  {row['letters']:2} letters: {rates_text(row)}")
    pairs = [f"{x['meant'] or '–'}→{x['wrote'] or '–'} {x['count']}" for x in found["confusions"]]
    print("  meant→wrote:", ", ".join(pairs))


def main() -> None:
    """Print the errors of checkpoints and, with --write, keep them as evidence."""
    parser = argparse.ArgumentParser(
        prog="python -m core.experiments.phone_errors", description=__doc__.splitlines()[0]
    )
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints, or paths")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    add_device_option(parser)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = asked_device(options)
    for name in options.names:
        loaded = load_model(name)
        model, metadata = loaded.model.to(device), loaded.metadata
        found = measure(Searcher(model, metadata))
        report(metadata.name, found)
        if options.write:
            command = f"python -m core.experiments.phone_errors {metadata.name}"
            weights = {metadata.name: weights_fingerprint(model.cpu())}
            write_evidence(f"phone-errors-{metadata.name}", command, weights, found)


if __name__ == "__main__":
    main()
