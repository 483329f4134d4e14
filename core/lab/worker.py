"""The work on a run: step after step, with an eye on commands, the clock and the visitor."""

import time
from dataclasses import dataclass, field

from core.evaluation.exact_match import exact_match
from core.lab import film
from core.lab.accuracy import token_accuracy
from core.lab.folder import RunFolder
from core.lab.request import Limits, Request
from core.lab.status import Phase, Status
from core.tasks import Example, Split, Task
from core.training import TrainingState, TrainStep, train

SAVE_SECONDS, STATUS_SECONDS, LOG_SECONDS = 5.0, 1.0, 0.2
GONE_SECONDS = 180.0
PAUSE_SECONDS = 0.05
EXAMINED = 256  # held-out examples in all, as many of each group
FEWEST = 12  # of a group
EXAMINE_SHARE = 0.15  # of the time, at most, goes into looking at what was learnt


@dataclass
class Worker:
    """Train one run, step by step, with an eye on commands, the clock and the visitor."""

    folder: RunFolder
    request: Request
    state: TrainingState
    limits: Limits
    paused: bool = False
    allowed: int = 0
    last_command: int = -1
    saved_at: float = 0.0
    status_at: float = 0.0
    logged_at: float = 0.0
    began: float = field(default_factory=time.monotonic)
    examining: float = 0.0
    saved_step: int = -1
    stopping: bool = False

    def __post_init__(self) -> None:
        self.task, self.vocabs = self.request.learnt_task(), self.request.vocabularies()
        self.held_out = examples_of(self.task, "dev")
        self.filmed = film.example_of(self.task)
        self.frames = set(film.frame_steps(self.request.recipe.steps))

    def work(self) -> Phase:
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
        elif now - self.logged_at > LOG_SECONDS:
            self.folder.append(self.line(step))
            self.logged_at = now

    def look(self, step: TrainStep | None) -> None:
        """Film the example, and measure on held-out ones, what was learnt so far."""
        began = time.monotonic()
        self.state.model.eval()
        film.save(film.take(self.state.model, self.filmed, self.task, self.vocabs, self.state.step), self.folder.film)
        found = {
            "examples": len(self.held_out),
            "exact": exact_match(self.state.model, self.task, *self.vocabs, self.held_out).total,
            "teacher_forced": token_accuracy(
                self.state.model, self.task, self.vocabs, self.held_out, self.request.recipe
            ),
        }
        self.state.model.train()
        self.folder.append(({"step": 0, "seconds": 0.0} if step is None else self.line(step)) | found)
        self.logged_at = time.monotonic()
        self.examining += self.logged_at - began

    def line(self, step: TrainStep) -> dict[str, object]:
        """Return what the log says of a step."""
        entry = {
            "step": step.step, "seconds": self.state.seconds, "loss": step.loss, "parts": step.parts,
            "grad_norm": step.grad_norm, "rate": step.learning_rate,
        }  # fmt: skip
        return entry if step.rewarded is None else entry | step.rewarded.__dict__

    def tick(self) -> Phase | None:
        """Save now and then, obey commands; return the phase in which to end, None to go on."""
        now = time.monotonic()
        if now - self.saved_at > SAVE_SECONDS:
            self.save()
        self.allowed = max(0, self.allowed - 1)  # before the next one is heard, which may come as soon as this is told
        self.write_status(now)
        self.apply_command()
        while self.paused and not self.allowed:
            if self.saved_step != self.state.step:
                self.save()
            time.sleep(PAUSE_SECONDS)
            self.write_status(time.monotonic())
            if (end := self.reason_to_end()) is not None:
                return end
            self.apply_command()
        return self.reason_to_end()

    def reason_to_end(self) -> Phase | None:
        """Return why to end, if there is a reason."""
        if self.stopping:
            return "stopped"
        if self.folder.seconds_since_beat() > GONE_SECONDS:
            return "left"
        return "stopped" if self.state.seconds > self.limits.seconds else None

    def apply_command(self) -> None:
        """Take the last command if it is a new one."""
        command = self.folder.command()
        if command is None or command[0] == self.last_command:
            return
        self.last_command, name = command
        self.paused = name in ("pause", "step")
        self.allowed = 1 if name == "step" else 0
        self.stopping = name == "stop"

    def save(self) -> None:
        """Keep the run so that it can go on from here."""
        self.state.save(self.folder.state)
        self.saved_at, self.saved_step = time.monotonic(), self.state.step

    def write_status(self, now: float) -> None:
        """Say how the run stands, once a second."""
        if now - self.status_at > STATUS_SECONDS:
            phase: Phase = "paused" if self.paused else "running"
            self.folder.write_status(Status(phase, self.state.step, self.state.seconds))
            self.status_at = now


def examples_of(task: Task, split: Split) -> list[Example]:
    """Return the held-out examples to measure with: enough of them to tell 99 % from 100 %, of every group alike."""
    groups = len(task.held_out(split, 1))
    return task.held_out(split, max(FEWEST, round(EXAMINED / groups)))
