"""Score a model with the dictionary's wrong entries and with their corrections.

    python -m core.experiments.dictionary_errors spelling --write

Only test words whose entry is corrected are answered again. The others count as `core.experiments.phone_errors` kept
them, which has to have measured the same weights.
"""

import argparse
from typing import Any

from core.evaluation.evidence import read_evidence, write_evidence
from core.evaluation.fingerprints import weights_fingerprint
from core.evaluation.loaded_model import load_model
from core.experiments.phone_errors import Searcher
from core.tasks.spelling_corrections import CORRECTIONS, corrected


def measure(searcher: Searcher, kept: dict[str, Any]) -> dict[str, Any]:
    """Answer the corrected test words with the beam of the kept evidence; count wrong words by both dictionaries."""
    words = [word for word in searcher.task.held_out("test") if word.source in CORRECTIONS]
    outputs = [each[0] for each in searcher.n_best(words, kept["width"], kept["length_penalty"])]
    wrong, gained, rows = round(kept["beam"]["wer"] * kept["beam"]["words"]), 0, []
    for word, right, output in zip(words, corrected(words), outputs, strict=True):
        was, now = (output in searcher.references(each) for each in (word, right))
        gained += now - was
        rows.append({"word": word.source, "entry": word.target, "corrected": right.target, "output": " ".join(output)})
    return {
        "corrections": len(CORRECTIONS), "words": kept["beam"]["words"], "test_words": rows, "wrong": wrong,
        "wrong_corrected": wrong - gained,
    }  # fmt: skip


def main() -> None:
    """Print the score by both dictionaries and, with --write, keep it as evidence."""
    parser = argparse.ArgumentParser(
        prog="python -m core.experiments.dictionary_errors", description=__doc__.splitlines()[0]
    )
    parser.add_argument("name", help="a model in assets/checkpoints")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    options = parser.parse_args()
    kept = read_evidence(f"phone-errors-{options.name}")
    if kept is None:
        raise SystemExit(f"measure these weights first: python -m core.experiments.phone_errors {options.name} --write")
    loaded = load_model(options.name)
    found = measure(Searcher(loaded.model, loaded.metadata), kept)
    for kind in ("wrong", "wrong_corrected"):
        print(f"  {kind:16} {found[kind]:,} of {found['words']:,} words, WER {found[kind] / found['words']:.3%}")
    for row in found["test_words"]:
        print(f"  {row['word']}: dictionary {row['entry']}, corrected {row['corrected']}, output {row['output']}")
    if options.write:
        command = f"python -m core.experiments.dictionary_errors {options.name}"
        weights = {options.name: weights_fingerprint(loaded.model)}
        write_evidence(f"dictionary-errors-{options.name}", command, weights, found)


if __name__ == "__main__":
    main()
