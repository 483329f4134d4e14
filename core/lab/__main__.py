"""Work on a run: `python -m core.lab FOLDER`. It obeys the folder's commands and ends when its visitor has gone.

A command that is there already is obeyed too, since it may have come while the process started: who goes on with a run
that was stopped sends `resume` first. A process that cannot write into its folder ends with the code NOT_WRITTEN.
"""

import argparse
import os
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from safetensors import SafetensorError

from core import checkpoint
from core.evaluation.exact_match import exact_match
from core.lab import film
from core.lab.folder import RunFolder
from core.lab.measured import token_accuracy
from core.lab.request import Limits, Request
from core.lab.status import NOT_WRITTEN, BrokenRun, Status
from core.model import Transformer
from core.tasks import Example, Split, Task
from core.tasks.pairs_text import written
from core.training import TrainingState, TrainStep, train

SAVE_SECONDS, STATUS_SECONDS, LOG_SECONDS = 5.0, 1.0, 0.2
GONE_SECONDS = 180.0
PAUSE_SECONDS = 0.05
EXAMINED = 256  # held-out examples in all, as many of each group
FEWEST = 12  # of a group
EXAMINE_SHARE = 0.15  # of the time, at most, goes into looking at what was learnt
NICENESS = 10
# What reading a file of tensors raises, if it is torn, or holds what it should not.
UNREADABLE = (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, IndexError)


@dataclass
class Worker:
    """Train one run, step by step, with an eye on commands, the clock and the visitor."""

    folder: RunFolder
    request: Request
    state: TrainingState
    limits: Limits
    paused: bool = False
    allowed: int = 0
    heard: int = -1
    saved: float = 0.0
    told: float = 0.0
    logged: float = 0.0
    began: float = field(default_factory=time.monotonic)
    examining: float = 0.0
    saved_step: int = -1
    stopping: bool = False

    def __post_init__(self) -> None:
        self.task, self.vocabs = self.request.learnt_task(), self.request.vocabularies()
        self.held_out = examined(self.task, "dev")
        self.filmed = film.filmed(self.task)
        self.frames = set(film.frame_steps(self.request.recipe.steps))

    def work(self) -> str:
        """Train until all is done or somebody ends it; return the phase in which it ends."""
        if self.state.step == 0:
            self.look(None)
        for step in train(self.state, self.task, *self.vocabs):
            self.note(step)
            if (end := self.tick()) is not None:
                return end
        return "finished"

    def note(self, step: TrainStep) -> None:
        """Log a step and look at what was learnt, as often as there is time for."""
        now = time.monotonic()
        due = step.step in self.frames and self.examining < EXAMINE_SHARE * (now - self.began)
        last = step.step == self.request.recipe.steps
        if due or last or self.paused:
            self.look(step)
        elif now - self.logged > LOG_SECONDS:
            self.folder.append(self.line(step))
            self.logged = now

    def look(self, step: TrainStep | None) -> None:
        """Film the example, and measure on held-out ones, what was learnt so far."""
        began = time.monotonic()
        self.state.model.eval()
        film.save(film.take(self.state.model, self.filmed, self.task, self.vocabs, self.state.step), self.folder.film)
        found = {
            "examples": len(self.held_out),
            "exact": exact_match(self.state.model, self.task, *self.vocabs, self.held_out).total,
            "teacher_forced": token_accuracy(self.state.model, self.task, self.vocabs, self.held_out),
        }
        self.state.model.train()
        self.folder.append(({"step": 0, "seconds": 0.0} if step is None else self.line(step)) | found)
        self.logged = time.monotonic()
        self.examining += self.logged - began

    def line(self, step: TrainStep) -> dict[str, object]:
        """Return what the log says of a step."""
        told = {
            "step": step.step, "seconds": self.state.seconds, "loss": step.loss, "parts": step.parts,
            "grad_norm": step.grad_norm, "rate": step.learning_rate,
        }  # fmt: skip
        return told if step.rewarded is None else told | step.rewarded.__dict__

    def tick(self) -> str | None:
        """Save now and then, obey commands; return the phase in which to end, None to go on."""
        now = time.monotonic()
        if now - self.saved > SAVE_SECONDS:
            self.save()
        self.allowed = max(0, self.allowed - 1)  # before the next one is heard, which may come as soon as this is told
        self.tell(now)
        self.apply_command()
        while self.paused and not self.allowed:
            if self.saved_step != self.state.step:
                self.save()
            time.sleep(PAUSE_SECONDS)
            self.tell(time.monotonic())
            if (end := self.ended()) is not None:
                return end
            self.apply_command()
        return self.ended()

    def ended(self) -> str | None:
        """Return why to end, if there is a reason."""
        if self.stopping:
            return "stopped"
        if self.folder.seconds_since_beat() > GONE_SECONDS:
            return "left"
        return "stopped" if self.state.seconds > self.limits.seconds else None

    def apply_command(self) -> None:
        """Take the last command if it is a new one."""
        command = self.folder.command()
        if command is None or command[0] == self.heard:
            return
        self.heard, name = command
        self.paused = name in ("pause", "step")
        self.allowed = 1 if name == "step" else 0
        self.stopping = name == "stop"

    def save(self) -> None:
        """Keep the run so that it can go on from here."""
        self.state.save(self.folder.state)
        self.saved, self.saved_step = time.monotonic(), self.state.step

    def tell(self, now: float) -> None:
        """Say how the run stands, once a second."""
        if now - self.told > STATUS_SECONDS:
            phase = "paused" if self.paused else "running"
            self.folder.write_status(Status(phase, self.state.step, self.state.seconds))
            self.told = now


def examined(task: Task, split: Split) -> list[Example]:
    """Return the held-out examples to measure with: enough of them to tell 99 % from 100 %, of every group alike."""
    groups = len(task.held_out(split, 1))
    return task.held_out(split, max(FEWEST, round(EXAMINED / groups)))


def begin(folder: RunFolder, request: Request) -> TrainingState:
    """Load what was saved of a run, or begin it.

    Raises: ValueError saying in a sentence what it cannot begin with.
    """
    if folder.state.exists():
        try:
            state = TrainingState.load(folder.state)
        except (*UNREADABLE, OSError) as error:
            raise ValueError("What was saved of this run cannot be read, so it cannot go on. Train it anew.") from error
        folder.rewind(state.step)
        return state
    if not request.start_from:
        return TrainingState.new(request.task, request.config, request.recipe)
    path = folder.path.parent / request.start_from / "model.safetensors"
    if not path.exists():
        raise ValueError(f"the run {request.start_from}, whose weights this one begins with, is no longer there")
    try:
        weights = checkpoint.load(path)[0].state_dict()
    except (*UNREADABLE, OSError) as error:
        raise ValueError(f"The weights of the run {request.start_from} cannot be read.") from error
    return TrainingState.new(request.task, request.config, request.recipe, weights)


def finished_model(worker: Worker, phase: str) -> tuple[Transformer, checkpoint.Metadata]:
    """Return the model as it is to be used, the average of its last snapshots if it came to the end."""
    state, request = worker.state, worker.request
    examples = examined(worker.task, "test")
    model = state.averaged_model()
    found = exact_match(model, worker.task, *worker.vocabs, examples)
    return model, checkpoint.Metadata(
        name=worker.folder.path.name, title=request.title, task=worker.task.name, config=request.config,
        source_symbols=worker.vocabs[0].symbols, target_symbols=worker.vocabs[1].symbols,
        training={
            "command": "", "seed": request.recipe.seed, "steps": state.step, "data": worker.task.data_version(),
            "seconds": round(state.seconds, 1), "machine": "in the training lab", "phase": phase,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        } | ({"longest_source": worker.task.longest[0]} if request.pairs else {}),
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
    checkpoint.save(folder.model, model, metadata, pairs=written(request.pairs) if request.pairs else "")
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
            folder.write_status(replace(last_status(folder), phase="failed", message=str(error)))
            raise


if __name__ == "__main__":
    main()
