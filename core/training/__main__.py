"""Train a model from the command line: `python -m core.training --name dates`.

The run is kept in `runs/NAME.state` and saved every minute; the same command goes on where the last one stopped. The
finished model is written to `assets/checkpoints/NAME.safetensors`. Under `torchrun --nproc-per-node N -m
core.training …` N processes share every batch.
"""

import argparse
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from threading import Event
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from core import checkpoint
from core.config import CHOICES as MODEL_CHOICES
from core.config import ModelConfig
from core.evaluation.exact_match import exact_match
from core.evaluation.held_out_loss import held_out_loss
from core.sentences import Refusal
from core.tasks import TASKS, Example, Sentences, Task, get_task
from core.tasks.common_words import CommonWords
from core.tasks.sentence_pairs import read_rows
from core.tasks.typed_dates import TypedDates
from core.tokenizers import Subwords
from core.training.description import description
from core.training.device import DEVICES, chosen_device, has_bf16
from core.training.distributed import ALONE, World, world
from core.training.loop import train
from core.training.memory import keep_freed_memory
from core.training.more_symbols import add_source_symbols
from core.training.recipe import CHOICES as RECIPE_CHOICES
from core.training.recipe import Recipe
from core.training.schedule import agree_until
from core.training.state import TrainingState
from core.vocab import Vocabulary

SAVE_SECONDS = 60
MOST_GROUPS = 8  # whose losses are shown one by one


def parse() -> argparse.Namespace:
    """Read the command line: every field of the recipe and of the model's configuration is an option."""
    parser = argparse.ArgumentParser(prog="python -m core.training", description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=sorted(TASKS), default="dates")
    parser.add_argument("--name", required=True, help="what to call the model")
    parser.add_argument("--title", help="how the app shows it (default: the name)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where the unfinished run is kept")
    parser.add_argument("--out", type=Path, default=Path("assets/checkpoints"), help="where the model is written")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="processor threads")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto: a GPU if there is one")
    parser.add_argument("--start-from", type=Path, help="a checkpoint to go on from, in place of new weights")
    parser.add_argument("--check-every", type=int, default=500, help="steps between looks at the development set")
    parser.add_argument("--check-examples", type=int, default=8, help="development examples of each group")
    parser.add_argument("--write-every", type=int, default=0, help="steps after which the model so far is written")
    parser.add_argument(
        "--pairs", type=Path, help="pairs.tsv of core.tasks.sentences_data, subwords.json beside it (task sentences)"
    )
    parser.add_argument(
        "--typed-dates",
        action="store_true",
        help="train on what people type and CLDR lacks, too (task dates)",
    )
    parser.add_argument(
        "--common-words",
        type=float,
        default=0.0,
        help="share of the examples that is drawn by how often a word is used (task spelling; needs wordfreq)",
    )
    for group, kind in (("recipe", Recipe), ("model", ModelConfig)):
        section = parser.add_argument_group(group)
        for field in fields(kind):
            if field.name.endswith("_vocab_size") or field.name in ("first_token", "never_written"):
                continue  # what the task says, and rules for models that are somebody else's
            option = f"--{field.name.replace('_', '-')}"
            if isinstance(field.default, bool):
                section.add_argument(option, action=argparse.BooleanOptionalAction, default=None)
            else:
                section.add_argument(
                    option,
                    type=int if field.default is None else type(field.default),
                    choices=(MODEL_CHOICES | RECIPE_CHOICES).get(field.name),
                    help=f"default {getattr(Recipe(), field.name, field.default)}",
                )
    return parser.parse_args()


def task_of(options: argparse.Namespace) -> Task:
    """Return the task to learn, with the pairs of the file that was named.

    Raises: SystemExit if the task needs a file of pairs and has none, or the other way round, or it cannot be read, or
        if kinds of dates are asked for and the task is another.
    """
    task = get_task(options.task)
    if options.typed_dates:
        if options.task != "dates":
            raise SystemExit("--typed-dates is for the task dates")
        return TypedDates()
    if options.common_words:
        if options.task != "spelling" or not 0 < options.common_words < 1:
            raise SystemExit("--common-words is a share between 0 and 1, for the task spelling")
        return CommonWords(options.common_words)
    if isinstance(task, Sentences) != (options.pairs is not None):
        raise SystemExit("the task sentences, and no other, is learnt from a file: --pairs pairs.tsv")
    if options.pairs is None:
        return task
    try:
        subwords = Subwords.from_json(options.pairs.with_name("subwords.json").read_text(encoding="utf-8"))
        return Sentences(subwords, read_rows(options.pairs))
    except (OSError, ValueError) as error:
        raise SystemExit(f"--pairs cannot be used: {error}") from error


def given(options: argparse.Namespace, kind: type) -> dict[str, Any]:
    """Return the options that set fields of a dataclass and were given."""
    values = {field.name: getattr(options, field.name, None) for field in fields(kind)}
    return {name: value for name, value in values.items() if value is not None}


def begin_or_resume(
    options: argparse.Namespace, path: Path, source_vocab: Vocabulary, target_vocab: Vocabulary
) -> TrainingState:
    """Load the unfinished run, or start one.

    Raises: SystemExit if the unfinished run was begun with other options, or if there is nothing fit to start from.
    """
    recipe, weights = Recipe(**given(options, Recipe)), None
    if options.start_from is None:
        sizes: dict[str, Any] = {"source_vocab_size": len(source_vocab), "target_vocab_size": len(target_vocab)}
        config = ModelConfig(**sizes, **given(options, ModelConfig))
    else:
        config, weights = started_from(options, recipe.seed, source_vocab, target_vocab)
    if not path.exists():
        return TrainingState.new(options.task, config, recipe, weights)
    state = TrainingState.load(path)
    same = (state.task, state.model.config) == (options.task, config)
    if not same or state.step > recipe.steps or not agree_until(state.step, state.recipe, recipe):
        raise SystemExit(f"{path} was begun with other options: repeat them, choose another --name, or delete the file")
    state.recipe = recipe
    print(f"going on with {path} at step {state.step} of {recipe.steps}")
    return state


def started_from(
    options: argparse.Namespace, seed: int, source_vocab: Vocabulary, target_vocab: Vocabulary
) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Return the configuration and the weights of the checkpoint to go on from; its sources may get more symbols.

    Raises: SystemExit if it is of another task or options ask for another model.
    """
    model, metadata = checkpoint.load(options.start_from)
    if (metadata.task, metadata.target_symbols) != (options.task, target_vocab.symbols):
        raise SystemExit(f"{options.start_from} reads and writes other symbols than the task {options.task!r}")
    if asked := given(options, ModelConfig):
        raise SystemExit(f"--start-from keeps the model as it is, so leave out: {', '.join(asked)}")
    before = Vocabulary(metadata.source_symbols)
    try:
        return add_source_symbols(metadata.config, model.state_dict(), before, source_vocab, seed)
    except Refusal as refusal:
        raise SystemExit(f"{options.start_from} cannot be gone on from: {refusal}") from refusal


@contextmanager
def stop_requests() -> Iterator[Event]:
    """Note SIGINT and SIGTERM rather than break off within a step, since half a step could not be gone on from."""
    asked = Event()
    numbers = signal.SIGINT, signal.SIGTERM
    usual = {number: signal.signal(number, lambda *_: asked.set()) for number in numbers}
    try:
        yield asked
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def run(
    options: argparse.Namespace, state: TrainingState, task: Task, vocabs: tuple[Vocabulary, Vocabulary],
    place: World = ALONE,
) -> None:  # fmt: skip
    """Train to the end; the first process shows a progress bar and saves every minute.

    Raises: SystemExit when told to stop, after finishing the step and saving.
    """
    dev = task.held_out("dev", options.check_examples, seed=0)
    path, saved, first = state_path(options), time.monotonic(), place.rank == 0
    total = state.recipe.steps
    with (
        stop_requests() as asked,
        tqdm(total=total, initial=state.step, unit="step", smoothing=0.02, mininterval=5, disable=not first) as bar,
    ):
        for step in train(state, task, *vocabs, place):
            stopping = place.any(asked.is_set())
            bar.update()
            if step.step % 20 == 0:
                bar.set_postfix(
                    loss=f"{sum(state.losses[-20:]) / 20:.3f}", lr=f"{step.learning_rate:.1e}", epoch=step.epoch
                )
            if first and dev and step.step % options.check_every == 0:
                bar.write(f"step {step.step}: {checked(state, task, vocabs, dev)}")
            if first and options.write_every and step.step % options.write_every == 0:
                write(options, state, task, vocabs)
            if first and (time.monotonic() - saved > SAVE_SECONDS or stopping):
                state.save(path)
                saved = time.monotonic()
            if stopping:
                raise SystemExit(f"stopped at step {step.step} of {total}; the same command goes on from there")
    if first:
        state.save(path)


def checked(state: TrainingState, task: Task, vocabs: tuple[Vocabulary, Vocabulary], dev: Sequence[Example]) -> str:
    """Say how the weights that would be written now do on development examples."""
    model = state.averaged_model()
    score, losses = exact_match(model, task, *vocabs, dev).total, held_out_loss(model, task, vocabs, dev)
    mean = sum(losses.values()) / len(losses)
    groups = ", ".join(f"{group} {loss:.3f}" for group, loss in losses.items()) if len(losses) <= MOST_GROUPS else ""
    return f"{len(dev)} development examples: exact match {score:.2%}, loss {mean:.3f} {groups}"


def state_path(options: argparse.Namespace) -> Path:
    """Return where the unfinished run is kept."""
    return options.runs / f"{options.name}.state"


def write(options: argparse.Namespace, state: TrainingState, task: Task, vocabs: tuple[Vocabulary, Vocabulary]) -> Path:
    """Write the model as it is by now, and return where."""
    options.out.mkdir(parents=True, exist_ok=True)
    written = options.out / f"{options.name}.safetensors"
    about = description(
        state, task, vocabs, name=options.name, title=options.title or options.name, threads=options.threads,
        command="python -m core.training " + shlex.join(sys.argv[1:]),
    )  # fmt: skip
    checkpoint.save(written, state.averaged_model(), about)
    return written


def main() -> None:
    """Train as the command line says, alone or as one of torchrun's processes, and write the checkpoint."""
    options = parse()
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    task = task_of(options)
    vocabs = Vocabulary(task.source_symbols()), Vocabulary(task.target_symbols())
    options.runs.mkdir(parents=True, exist_ok=True)
    try:
        device = chosen_device(options.device)
        state = begin_or_resume(options, state_path(options), *vocabs)
    except ValueError as error:
        raise SystemExit(f"these options do not work: {error}") from error
    if state.recipe.bf16 and not has_bf16(device):
        print("this processor has no bf16 and emulates it; --no-bf16 is several times as fast here")
    with world(device) as place:
        run(options, state, task, vocabs, place)
    if place.rank > 0:
        return
    written = write(options, state, task, vocabs)
    print(f"wrote {written}; now: python -m core.experiments.evaluate {written} --write")


if __name__ == "__main__":
    main()
