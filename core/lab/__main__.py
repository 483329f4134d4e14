"""Work on a run: `python -m core.lab FOLDER`. It obeys the folder's commands and ends when its visitor has gone.

A command that is there already is obeyed too, since it may have come while the process started: who goes on with a run
that was stopped sends `resume` first. A process that cannot write into its folder ends with the code NOT_WRITTEN.
"""

import argparse
import os
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError

from core import checkpoint
from core.evaluation.exact_match import exact_match
from core.lab.folder import RunFolder
from core.lab.request import Limits, Request
from core.lab.status import NOT_WRITTEN, BrokenRun, Status
from core.lab.worker import Worker, examples_of
from core.model import Transformer
from core.sentences import Refusal, sentence_of
from core.tasks.pairs import PairsTask
from core.tasks.pairs_text import write_pairs
from core.training import TrainingState

NICENESS = 10
# What reading a file of tensors raises, if it is torn, or holds what it should not.
UNREADABLE = (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, IndexError)


def begin(folder: RunFolder, request: Request) -> TrainingState:
    """Load what was saved of a run, or begin it.

    Raises: ValueError saying in a sentence what it cannot begin with.
    """
    if folder.state.exists():
        try:
            state = TrainingState.load(folder.state)
        except (*UNREADABLE, OSError) as error:
            raise Refusal("refusal.saved_unreadable") from error
        folder.rewind(state.step)
        return state
    if not request.start_from:
        return TrainingState.new(request.task, request.config, request.recipe)
    path = folder.path.parent / request.start_from / "model.safetensors"
    if not path.exists():
        raise Refusal("refusal.start_gone", run=request.start_from)
    try:
        weights = checkpoint.load(path)[0].state_dict()
    except (*UNREADABLE, OSError) as error:
        raise Refusal("refusal.start_unreadable", run=request.start_from) from error
    return TrainingState.new(request.task, request.config, request.recipe, weights)


def finished_model(worker: Worker, phase: str) -> tuple[Transformer, checkpoint.Metadata]:
    """Return the model as it is to be used, the average of its last snapshots if it came to the end."""
    state, request = worker.state, worker.request
    examples = examples_of(worker.task, "test")
    model = state.averaged_model()
    found = exact_match(model, worker.task, *worker.vocabs, examples)
    return model, checkpoint.Metadata(
        name=worker.folder.path.name, title=request.title, task=worker.task.name, config=request.config,
        source_symbols=worker.vocabs[0].symbols, target_symbols=worker.vocabs[1].symbols,
        training={
            "command": "", "seed": request.recipe.seed, "steps": state.step, "data": worker.task.data_version(),
            "seconds": round(state.seconds, 1), "machine": "in the training lab", "phase": phase,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        } | request.recipe.masks_off() | (
            {"longest_source": worker.task.longest[0]} if isinstance(worker.task, PairsTask) else {}
        ),
        scores={
            "command": "", "measure": "exact match, greedy", "split": "test", "examples": len(examples),
            "conditions": {"as trained": found.total}, "by_group": found.by_group(),
        },
    )  # fmt: skip


def work_on(folder: RunFolder) -> None:
    """Train a run until it ends, and leave it so that it can go on."""
    folder.write_status(replace(last_status(folder), phase="running"))
    folder.clear_remnants()
    request = folder.request()
    worker = Worker(folder, request, begin(folder, request), Limits())
    phase = worker.work()
    worker.save()
    model, metadata = finished_model(worker, phase)
    checkpoint.save(folder.model, model, metadata, pairs=write_pairs(request.pairs) if request.pairs else "")
    folder.write_status(Status(phase, worker.state.step, worker.state.seconds))


def last_status(folder: RunFolder) -> Status:
    """Return how a run stood when it was last told, without what was said of it; as at the start if nothing tells."""
    try:
        return replace(folder.status(), message="")
    except BrokenRun:
        return Status("running")


def main() -> None:
    """Work on the run of a folder until it ends, and leave it so that it can go on; one that is worked on is let be."""
    parser = argparse.ArgumentParser(prog="python -m core.lab", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = RunFolder(parser.parse_args().folder)
    try:
        claim_and_work(folder)
    except (OSError, SafetensorError):
        with suppress(OSError):  # unbuffered, so that a full disk cannot change the code with which this ends
            os.write(sys.stderr.fileno(), traceback.format_exc().encode())
        sys.exit(NOT_WRITTEN)


def claim_and_work(folder: RunFolder) -> None:
    """Work on a run unless another process does.

    Raises: OSError or SafetensorError if its folder cannot be written to; ValueError, once its folder says why, if it
    cannot be trained.
    """
    claim = folder.claim()
    if claim is None:  # by a process that a server left behind, which obeys the same commands
        return
    os.nice(NICENESS)
    torch.set_num_threads(1)
    with claim:
        try:
            work_on(folder)
        except ValueError as error:
            folder.write_status(replace(last_status(folder), phase="failed", message=sentence_of(error)))
            raise


if __name__ == "__main__":
    main()
