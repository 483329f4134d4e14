"""Train a model from the command line: `python -m core.training --name dates`.

The run is kept in `runs/NAME.state` and saved every minute; the same command goes on where the last one stopped. The
finished model is written to `assets/checkpoints/NAME.safetensors`. Under `torchrun --nproc-per-node N -m
core.training …` N processes share every batch.
"""

import argparse
import os
import platform
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from threading import Event

import torch
from torch import Tensor
from tqdm import tqdm

from core import checkpoint
from core.config import CHOICES as MODEL_CHOICES
from core.config import ModelConfig
from core.evaluation.exact_match import exact_match
from core.tasks import TASKS, Task, get_task
from core.training.distributed import ALONE, World, world
from core.training.loop import train
from core.training.recipe import CHOICES as RECIPE_CHOICES
from core.training.recipe import Recipe
from core.training.state import TrainingState
from core.vocab import Vocabulary

SAVE_SECONDS = 60


def parse() -> argparse.Namespace:
    """Read the command line: every field of the recipe and of the model's configuration is an option."""
    parser = argparse.ArgumentParser(prog="python -m core.training", description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=sorted(TASKS), default="dates")
    parser.add_argument("--name", required=True, help="what to call the model")
    parser.add_argument("--title", help="how the app shows it (default: the name)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where the unfinished run is kept")
    parser.add_argument("--out", type=Path, default=Path("assets/checkpoints"), help="where the model is written")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="processor threads")
    parser.add_argument("--start-from", type=Path, help="a checkpoint to go on from, in place of new weights")
    parser.add_argument("--check-every", type=int, default=500, help="steps between looks at the development set")
    for group, kind in (("recipe", Recipe), ("model", ModelConfig)):
        section = parser.add_argument_group(group)
        for field in fields(kind):
            if field.name.endswith("_vocab_size"):
                continue
            option = f"--{field.name.replace('_', '-')}"
            if isinstance(field.default, bool):
                section.add_argument(option, action=argparse.BooleanOptionalAction, default=None)
            else:
                section.add_argument(
                    option,
                    type=int if field.default is None else type(field.default),
                    choices=(MODEL_CHOICES | RECIPE_CHOICES).get(field.name),
                    help=f"default {field.default}",
                )
    return parser.parse_args()


def given(options: argparse.Namespace, kind: type) -> dict:
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
        sizes = {"source_vocab_size": len(source_vocab), "target_vocab_size": len(target_vocab)}
        config = ModelConfig(**sizes, **given(options, ModelConfig))
    else:
        config, weights = started_from(options)
    if not path.exists():
        return TrainingState.new(options.task, config, recipe, weights)
    state = TrainingState.load(path)
    if (state.task, state.recipe, state.model.config) != (options.task, recipe, config):
        raise SystemExit(f"{path} was begun with other options: repeat them, choose another --name, or delete the file")
    print(f"going on with {path} at step {state.step} of {recipe.steps}")
    return state


def started_from(options: argparse.Namespace) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Return the configuration and the weights of the checkpoint to go on from.

    Raises: SystemExit if it is of another task or options ask for another model.
    """
    model, metadata = checkpoint.load(options.start_from)
    task = get_task(options.task)
    symbols = metadata.source_symbols, metadata.target_symbols
    if symbols != (task.source_symbols(), task.target_symbols()):
        raise SystemExit(f"{options.start_from} reads and writes other symbols than the task {options.task!r}")
    if asked := given(options, ModelConfig):
        raise SystemExit(f"--start-from keeps the model as it is, so leave out: {', '.join(asked)}")
    return metadata.config, model.state_dict()


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
    state: TrainingState, task: Task, vocabs: tuple[Vocabulary, Vocabulary], path: Path, check_every: int,
    place: World = ALONE,
) -> None:  # fmt: skip
    """Train to the end; the first process shows a progress bar and saves every minute.

    Raises: SystemExit when told to stop, after finishing the step and saving.
    """
    dev = task.held_out("dev", 8, seed=0)
    saved, first = time.monotonic(), place.rank == 0
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
            if first and step.step % check_every == 0:
                state.model.eval()
                score = exact_match(state.model, task, *vocabs, dev).total
                state.model.train()
                bar.write(f"step {step.step}: exact match on {len(dev)} development examples {score:.2%}")
            if first and (time.monotonic() - saved > SAVE_SECONDS or stopping):
                state.save(path)
                saved = time.monotonic()
            if stopping:
                raise SystemExit(f"stopped at step {step.step} of {total}; the same command goes on from there")
    if first:
        state.save(path)


def describe(
    options: argparse.Namespace, state: TrainingState, task: Task, vocabs: tuple[Vocabulary, Vocabulary]
) -> checkpoint.Metadata:
    """Say what the finished model is and how it came about."""
    source_vocab, target_vocab = vocabs
    threads = f"{options.threads} threads"
    return checkpoint.Metadata(
        name=options.name,
        title=options.title or options.name,
        task=options.task,
        config=state.model.config,
        source_symbols=source_vocab.symbols,
        target_symbols=target_vocab.symbols,
        training={
            "command": "python -m core.training " + shlex.join(sys.argv[1:]),
            "seed": state.recipe.seed,
            "steps": state.step,
            "data": task.data_version(),
            "seconds": round(state.seconds),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__}, {threads}",
            "parameters": sum(parameter.numel() for parameter in state.model.parameters()),
            "longest_source": longest_source(state, task),
            **state.recipe.masks_off(),
        },
    )


def longest_source(state: TrainingState, task: Task) -> int:
    """Return how many tokens the longest source had that the run has read."""
    epochs = range(state.epoch + 1)
    return max(len(task.source_tokens(x.source)) for i in epochs for x in task.training_pairs(state.recipe.seed, i))


def main() -> None:
    """Train as the command line says, alone or as one of torchrun's processes, and write the checkpoint."""
    options = parse()
    torch.set_num_threads(options.threads)
    task = get_task(options.task)
    vocabs = Vocabulary(task.source_symbols()), Vocabulary(task.target_symbols())
    options.runs.mkdir(parents=True, exist_ok=True)
    path = options.runs / f"{options.name}.state"
    try:
        state = begin_or_resume(options, path, *vocabs)
    except ValueError as error:
        raise SystemExit(f"these options do not work: {error}") from error
    with world() as place:
        run(state, task, vocabs, path, options.check_every, place)
    if place.rank > 0:
        return
    options.out.mkdir(parents=True, exist_ok=True)
    written = options.out / f"{options.name}.safetensors"
    checkpoint.save(written, state.averaged_model(), describe(options, state, task, vocabs))
    print(f"wrote {written}; now: python -m core.experiments.evaluate {written} --write")


if __name__ == "__main__":
    main()
