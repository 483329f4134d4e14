"""What published systems make of our test words, beside our models: `python -m tests.benchmarks.peers [models]`.

Phonetisaurus (https://github.com/AdolfVonKleist/Phonetisaurus; BSD-3-Clause, its Python package MIT) is trained here
on our training words, as its package does by default: an 8-gram. That takes a minute or two. The package holds
binaries for Linux. g2p-en (https://github.com/Kyubyong/g2p; Apache-2.0) comes trained, on CMUdict itself: of that, the
training script that its authors published for an earlier version holds back 128 words.

Times are processor seconds on one thread, loading left out; the peers take word after word, ours takes batches.
The peers are needed here alone: pip install phonetisaurus==0.3.0 g2p-en==2.1.0
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from unittest import mock

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy reads it when it is imported; a thread that waits would count as work

import torch

from core import checkpoint
from core.decoding import decode_batch
from core.evaluation.evidence import write_evidence
from core.evaluation.exact_match import BATCH
from core.evaluation.fingerprints import file_fingerprint
from core.paths import checkpoint_path
from core.tasks import Example, get_task
from core.tasks.edit_distance import ErrorRates, error_rates
from core.tasks.spelling import Spelling, words_of
from core.training.batches import pad

PEERS = {"phonetisaurus": "0.3.0", "g2p-en": "2.1.0"}
NOTES = """\
A word is right if the output equals any of its pronunciations, without stress; WER is the share of wrong words.
Phone errors are the edits to the closest pronunciation, the first of equally close ones; PER is their number divided
by that of all phones of the closest pronunciations.
g2p-en was trained on CMUdict, these very words among it: its score is no estimate of what it makes of new words.
It reads ' - and . as one and the same unknown letter; Phonetisaurus and our models learn them like any other."""

Answers = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Hold one system's scores: on all words, on those of letters alone, and on those with any of ' - and . in them."""

    system: str
    trained_on: str
    all_words: ErrorRates
    a_to_z: ErrorRates
    with_signs: ErrorRates
    model_bytes: int
    words_per_second: float

    def to_json(self) -> dict[str, object]:
        """Return counts, and the shares that follow from them."""
        scores = {"all_words": self.all_words, "a_to_z": self.a_to_z, "with_signs": self.with_signs}
        shares = {name: asdict(rates) | {"wer": rates.wer, "per": rates.per} for name, rates in scores.items()}
        return asdict(self) | shares


def scored(
    system: str, trained_on: str, words: Sequence[Example], model: Path, answered: tuple[Answers, float]
) -> Result:
    """Score a system's answers; a word without one is answered with nothing."""
    answers, seconds = answered

    def rates(asked: Sequence[Example]) -> ErrorRates:
        pairs = ((answers.get(word.source, []), [right.split() for right in word.references]) for word in asked)
        return error_rates(pairs)

    return Result(
        system=system,
        trained_on=trained_on,
        all_words=rates(words),
        a_to_z=rates([word for word in words if word.source.isalpha()]),
        with_signs=rates([word for word in words if not word.source.isalpha()]),
        model_bytes=model.stat().st_size,
        words_per_second=len(words) / seconds,
    )


def timed(run: Callable[[], Answers]) -> tuple[Answers, float]:
    """Run, and count the processor seconds of this process and of those it started and waited for."""
    began = os.times()
    answers = run()
    return answers, sum(os.times()[:4]) - sum(began[:4])


def phonetisaurus(training: Sequence[Example], words: Sequence[Example]) -> Result:
    """Train Phonetisaurus on every pronunciation of the training words, then ask it for its best of each word."""
    from phonetisaurus import guess_environment

    with tempfile.TemporaryDirectory() as folder:
        lexicon, asked, model = (Path(folder) / name for name in ("lexicon", "words", "g2p.fst"))
        lexicon.write_text("".join(f"{word.source} {phones}\n" for word in training for phones in word.references))
        called([sys.executable, "-m", "phonetisaurus", "train", "--model", str(model), str(lexicon)], dict(os.environ))

        def answer(some: Sequence[Example]) -> Answers:
            # What the package's `predict` runs in the end; its script waits for no child, whose time would be lost.
            asked.write_text("".join(f"{word.source}\n" for word in some))
            command = ["phonetisaurus-g2pfst", f"--model={model}", f"--wordlist={asked}"]
            lines = (line.split("\t") for line in called(command, guess_environment()).splitlines())
            return {word: phones.split() for word, _, phones in lines}

        _, loading = timed(lambda: answer(words[:1]))
        answers, seconds = timed(lambda: answer(words))
        name = f"Phonetisaurus {installed('phonetisaurus')}, 8-gram"
        return scored(name, "our training words", words, model, (answers, seconds - loading))


def called(command: list[str], environment: dict[str, str]) -> str:
    """Run a command and return what it prints. Raises: SystemExit with its last words if it fails."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed with code {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def g2p_en(words: Sequence[Example]) -> Result:
    """Ask the network of g2p-en itself, past the dictionary that the package asks first.

    The package would fetch NLTK's tagger and dictionary when it is imported; its network uses neither.
    """
    with mock.patch("nltk.data.find"), mock.patch("nltk.download"):
        from g2p_en import g2p
    with mock.patch.object(g2p, "cmudict", mock.Mock()):
        network = g2p.G2p()

    def answer() -> Answers:
        return {word.source: [phone.rstrip("012") for phone in network.predict(word.source)] for word in words}

    model = Path(g2p.__file__).with_name("checkpoint20.npz")
    return scored(f"g2p-en {installed('g2p-en')}, GRU", "these very words too", words, model, timed(answer))


def ours(path: Path, words: Sequence[Example]) -> Result:
    """Decode greedily with one of our models, in padded batches of words of about one length."""
    model, about = checkpoint.load(path)
    task = get_task(about.task)
    if not isinstance(task, Spelling):
        raise SystemExit(f"{path.name} was trained on the task {about.task!r}, not on 'spelling'")
    by_length = sorted((word.source for word in words), key=len)

    def answer() -> Answers:
        answers = {}
        for start in range(0, len(by_length), BATCH):
            asked = by_length[start : start + BATCH]
            outputs = decode_batch(model, pad([about.source_vocab.encode(task.source_tokens(word)) for word in asked]))
            answers |= dict(zip(asked, map(about.target_vocab.decode, outputs), strict=True))
        return answers

    return scored(f"ours: {about.name}", "our training words", words, path, timed(answer))


def installed(package: str) -> str:
    """Return a peer's version. Raises: SystemExit saying what to install if it is missing."""
    try:
        return version(package)
    except PackageNotFoundError as error:
        wanted = " ".join(f"{name}=={number}" for name, number in PEERS.items())
        raise SystemExit(f"This benchmark needs {package}, which is not installed: pip install {wanted}") from error


def table(results: Sequence[Result], our_speed: float | None) -> str:
    """Lay results out for reading; speeds are also given as multiples of ours, if there is one."""
    rows = [("system", "trained on", "WER", "PER", "WER, a–z", "WER, with ' - .", "model", "words/s", "of ours")]
    for result in results:
        scores = (result.all_words.wer, result.all_words.per, result.a_to_z.wer, result.with_signs.wer)
        size, speed = f"{result.model_bytes / 1e6:.1f} MB", f"{result.words_per_second:,.0f}"
        ratio = f"{result.words_per_second / our_speed:.2f}×" if our_speed else "–"
        rows.append((result.system, result.trained_on, *(f"{score:.2%}" for score in scores), size, speed, ratio))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def main() -> None:
    """Measure, print and, with --write, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="our models in assets/checkpoints, or paths (spelling if it is there)")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    options = parser.parse_args()
    for peer in PEERS:
        installed(peer)
    files = [checkpoint_path(name) for name in options.names]
    if missing := [str(path) for path in files if not path.is_file()]:
        parser.error(f"there is no {', '.join(missing)}")
    default = checkpoint_path("spelling")
    if not files and not default.is_file():
        print("None of our models takes part: assets/checkpoints has no spelling.safetensors yet, and none was named.")
    elif not files:
        files = [default]
    torch.set_num_threads(1)
    words, data = words_of("test"), Spelling().data_version()
    own = [ours(path, words) for path in files]
    results = [*own, g2p_en(words), phonetisaurus(words_of("train"), words)]
    signs = results[0].with_signs.words
    print(f"{len(words):,} test words of {data}; {signs:,} of them have an apostrophe, a hyphen or a full stop")
    print(table(results, own[0].words_per_second if own else None), NOTES, sep="\n")
    if options.write:
        found = {"data": data, "split": "test", "notes": NOTES, "systems": [result.to_json() for result in results]}
        weights = {path.stem: file_fingerprint(path) for path in files}
        write_evidence("peers", "python -m tests.benchmarks.peers", weights, found)


if __name__ == "__main__":
    main()
