"""Score a model of sentences on held-out ones: `python -m core.evaluation.translate sentences --pairs pairs.tsv`.

Prints BLEU and chrF for each language, greedily and with a beam of 4, and sentences of at most eight words apart; then
twenty sentences drawn by a seed, each with its source, output and reference.
"""

import argparse
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from tqdm import tqdm

from core.decoding import Session, beam_search_batch, decode_batch
from core.evaluation.loaded_model import LoadedModel, load_model
from core.evaluation.translation_scores import TranslationScore, is_short, score
from core.tasks import Example, Sentences
from core.tasks.sentence_pairs import read_rows
from core.training.batches import pad
from core.training.device import DEVICES, chosen_device
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
    parser.add_argument("--device", choices=DEVICES, default="auto")
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


def scores(examples: Sequence[Example], outputs: Sequence[str]) -> dict[tuple[str, str], TranslationScore]:
    """Score each language, with all its sentences and with the short ones alone."""
    found = {}
    pairs = list(zip(examples, outputs, strict=True))
    for language in dict.fromkeys(example.group for example in examples):
        mine = [pair for pair in pairs if pair[0].group == language]
        for kind, chosen in (("all", mine), ("short", [pair for pair in mine if is_short(pair[0])])):
            if chosen:
                found[language, kind] = score(language, *map(list, zip(*chosen, strict=True)))
    return found


def report(how: str, found: dict[tuple[str, str], TranslationScore]) -> None:
    """Print a table of scores."""
    for (language, kind), one in found.items():
        which = f"{one.sentences:5} sentences" + (" of ≤ 8 words" if kind == "short" else "")
        print(f"{how:9} {language} {which:28} BLEU ({one.word_cutter}) {one.bleu:5.1f}  chrF {one.chrf:5.1f}")


def show(examples: Sequence[Example], outputs: Sequence[str], seed: int) -> None:
    """Print twenty sentences drawn by a seed, not chosen."""
    places = random.Random(seed).sample(range(len(examples)), min(SHOWN, len(examples)))
    for i in sorted(places):
        print(f"\n{examples[i].source}\n  output     {outputs[i]}")
        for reference in examples[i].references:
            print(f"  reference  {reference}")


def main() -> None:
    """Score a model as the command line says.

    Raises: SystemExit if the model is of another task or the pairs cannot be read.
    """
    options = parse()
    torch.set_num_threads(options.threads)
    loaded = load_model(options.name)
    if not isinstance(loaded.task, Sentences):
        raise SystemExit(f"{options.name} was trained for {loaded.task.title}, not for sentences")
    try:
        loaded.model.to(chosen_device(options.device))
        task = Sentences(loaded.task.subwords, read_rows(options.pairs))
    except (OSError, ValueError) as error:
        raise SystemExit(f"these options do not work: {error}") from error
    examples = [x for x in task.held_out(options.split, options.per_language) if reads(loaded, x)]
    greedy = translate(replace(loaded, task=task), examples)
    report("greedy", scores(examples, greedy))
    if options.beam:
        report(
            f"beam of {options.beam}", scores(examples, translate(replace(loaded, task=task), examples, options.beam))
        )
    show(examples, greedy, options.seed)


def reads(loaded: LoadedModel, example: Example) -> bool:
    """Tell whether the model takes a source of that length."""
    return len(loaded.task.source_tokens(example.source)) <= loaded.model.config.max_source_len


if __name__ == "__main__":
    main()
