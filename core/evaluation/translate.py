"""Score a model of sentences on held-out ones: `python -m core.evaluation.translate sentences --pairs pairs.tsv`.

Prints BLEU and chrF for each language, greedily and with a beam of 4, and sentences of at most eight words apart; then
twenty sentences drawn by a seed, each with its source, output and reference. With --write both are kept as evidence.
"""

import argparse
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from core.decoding import Session, beam_search_batch, decode_batch
from core.evaluation.evidence import write_evidence
from core.evaluation.fingerprints import examples_fingerprint, weights_fingerprint
from core.evaluation.loaded_model import LoadedModel, load_model
from core.evaluation.translation_scores import is_short, score
from core.tasks import Example, Sentences
from core.tasks.sentence_pairs import read_rows
from core.training.batches import pad
from core.training.device import add_device_option, asked_device
from core.training.memory import keep_freed_memory
from core.vocab import UNKNOWN

BATCH = 64
BEAM, LENGTH_PENALTY = 4, 0.6  # the penalty is that of Vaswani et al. 2017, § 6.1
SHOWN = 20


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.translate", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="a model in assets/checkpoints, or a path")
    parser.add_argument("--pairs", type=Path, required=True, help="pairs.tsv of core.tasks.sentences_data")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--per-language", type=int, help="sentences of each language (default: all)")
    parser.add_argument("--beam", type=int, default=BEAM, help="0: greedily alone")
    parser.add_argument("--seed", type=int, default=1, help="which twenty sentences are printed")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    add_device_option(parser)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser.parse_args()


def translate(loaded: LoadedModel, examples: Sequence[Example], beam: int = 0) -> list[str]:
    """Write every example's target, greedily or as the best of a beam; the unknown token stands as U+FFFD."""
    texts: dict[int, str] = {}
    places = sorted(range(len(examples)), key=lambda i: len(examples[i].source))
    for start in tqdm(range(0, len(places), BATCH), desc=f"beam of {beam}" if beam else "greedy", leave=False):
        batch = places[start : start + BATCH]
        rows = (loaded.task.source_tokens(examples[i].source) for i in batch)
        source = pad([loaded.metadata.source_vocab.encode(row) for row in rows]).to(loaded.model.device)
        if beam:
            found = beam_search_batch(Session(loaded.model, source, record=False), beam, LENGTH_PENALTY)
            written = [list(outcomes[0].tokens) for outcomes in found]
        else:
            written = decode_batch(loaded.model, source)
        texts |= {i: text_of(loaded, ids) for i, ids in zip(batch, written, strict=True)}
    return [texts[i] for i in range(len(examples))]


def text_of(loaded: LoadedModel, ids: Sequence[int]) -> str:
    """Return what ids say, with a mark where the model wrote the unknown token."""
    vocab = loaded.metadata.target_vocab
    pieces = ["\ufffd" if number == UNKNOWN else "".join(vocab.decode([number])) for number in ids]
    return loaded.task.target_text(pieces)


def score_rows(how: str, examples: Sequence[Example], outputs: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Score each language, with all its sentences and with the short ones alone."""
    pairs = list(zip(examples, outputs, strict=True))
    for language in dict.fromkeys(example.group for example in examples):
        mine = [pair for pair in pairs if pair[0].group == language]
        for kind, chosen in (("all", mine), ("short", [pair for pair in mine if is_short(pair[0])])):
            if chosen:
                found = asdict(score(language, *map(list, zip(*chosen, strict=True))))
                yield {"language": language, "how": how, "kind": kind, **found}


def drawn(examples: Sequence[Example], outputs: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """Return twenty sentences drawn by a seed, not chosen, in the order of the examples."""
    places = random.Random(seed).sample(range(len(examples)), min(SHOWN, len(examples)))
    return [
        {"source": examples[i].source, "output": outputs[i], "references": list(examples[i].references)}
        for i in sorted(places)
    ]


def measure(loaded: LoadedModel, examples: Sequence[Example], beam: int, seed: int) -> dict[str, Any]:
    """Translate the examples greedily and, if asked, with a beam; return all scores, and sentences drawn by a seed."""
    greedy = translate(loaded, examples)
    rows = [*score_rows("greedy", examples, greedy)]
    if beam:
        rows += score_rows("beam", examples, translate(loaded, examples, beam))
    return {
        "beam": beam, "length_penalty": LENGTH_PENALTY, "scores": rows, "seed": seed,
        "shown": drawn(examples, greedy, seed), "drawn": examples_fingerprint(examples),
    }  # fmt: skip


def report(found: Mapping[str, Any]) -> None:
    """Print the table of scores, then the sentences that were drawn."""
    for row in found["scores"]:
        how = f"beam of {found['beam']}" if row["how"] == "beam" else row["how"]
        which = f"{row['sentences']:5} sentences" + (" of ≤ 8 words" if row["kind"] == "short" else "")
        scores = f"BLEU ({row['word_cutter']}) {row['bleu']:5.1f}  chrF {row['chrf']:5.1f}"
        print(f"{how:9} {row['language']} {which:28} {scores}")
    for one in found["shown"]:
        print(f"\n{one['source']}\n  output     {one['output']}")
        for reference in one["references"]:
            print(f"  reference  {reference}")


def main() -> None:
    """Score a model as the command line says.

    Raises: SystemExit if the model is of another task or the pairs cannot be read.
    """
    options = parse()
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    loaded = load_model(options.name)
    if not isinstance(loaded.task, Sentences):
        raise SystemExit(f"{options.name} was trained for {loaded.task.title}, not for sentences")
    loaded.model.to(asked_device(options))
    try:
        loaded = replace(loaded, task=Sentences(loaded.task.subwords, read_rows(options.pairs)))
    except (OSError, ValueError) as error:
        raise SystemExit(f"these options do not work: {error}") from error
    examples = [x for x in loaded.task.held_out(options.split, options.per_language) if reads(loaded, x)]
    found = measure(loaded, examples, options.beam, options.seed)
    report(found)
    if options.write:
        name = loaded.metadata.name
        weights = {name: weights_fingerprint(loaded.model.cpu())}
        write_evidence(f"translations-{name}", command_of(options, name), weights, {"split": options.split, **found})


def command_of(options: argparse.Namespace, name: str) -> str:
    """Return the command that measures the same again."""
    asked = f"{name} --pairs {options.pairs.name} --split {options.split} --beam {options.beam} --seed {options.seed}"
    asked += "" if options.per_language is None else f" --per-language {options.per_language}"
    return f"python -m core.evaluation.translate {asked}"


def reads(loaded: LoadedModel, example: Example) -> bool:
    """Tell whether the model takes a source of that length."""
    return len(loaded.task.source_tokens(example.source)) <= loaded.model.config.max_source_len


if __name__ == "__main__":
    main()
