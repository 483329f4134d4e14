"""A run as a folder: who writes what, and how what is written is read again."""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, get_args

from core.lab.request import Request

Phase = Literal["waiting", "running", "paused", "stopped", "finished", "failed", "left"]
Command = Literal["pause", "step", "resume", "stop"]
# Of a process that has not said anything for so long it is asked whether it is still there.
SILENT_SECONDS = 10.0


@dataclass(frozen=True)
class Status:
    """Say how a run stands: `step` is the last one saved, `message` a sentence if something went wrong."""

    phase: Phase
    step: int = 0
    seconds: float = 0.0
    message: str = ""

    @property
    def over(self) -> bool:
        """Tell whether nobody works on it any more."""
        return self.phase in ("stopped", "finished", "failed", "left")


@dataclass(frozen=True)
class RunFolder:
    """Name the files of a run and read and write the small ones, each as a whole or not at all."""

    path: Path

    @property
    def state(self) -> Path:
        """Return where the run is saved to go on from."""
        return self.path / "run.state"

    @property
    def model(self) -> Path:
        """Return where the finished model is."""
        return self.path / "model.safetensors"

    @property
    def film(self) -> Path:
        """Return the folder of what the model made of one example, by step."""
        return self.path / "film"

    @property
    def log(self) -> Path:
        """Return the file with a line for each logged step."""
        return self.path / "log.jsonl"

    def create(self, request: Request) -> None:
        """Make the folder of a new run, waiting for its turn."""
        self.film.mkdir(parents=True)
        self.put("request.json", request.to_json())
        self.write_status(Status("waiting"))
        self.beat()

    def request(self) -> Request:
        """Return what was asked for."""
        return Request.from_json((self.path / "request.json").read_text(encoding="utf-8"))

    def status(self) -> Status:
        """Return how the run stands; one that waits or runs with nobody at it has been left."""
        found = Status(**json.loads((self.path / "status.json").read_text(encoding="utf-8")))
        silent = time.time() - (self.path / "status.json").stat().st_mtime
        if found.phase in ("running", "paused") and silent > SILENT_SECONDS and not self.is_claimed():
            return Status("left", found.step, found.seconds, found.message)
        return found

    def write_status(self, status: Status) -> None:
        """Say how the run stands, and thereby that somebody is at it."""
        self.put("status.json", json.dumps(status.__dict__))

    def command(self) -> tuple[int, Command] | None:
        """Return the last command with its number, or None if there is none that makes sense."""
        try:
            number, name = json.loads((self.path / "command.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return (number, name) if name in get_args(Command) else None

    def send(self, name: Command) -> None:
        """Give the process a command, in place of the last one."""
        last = self.command()
        self.put("command.json", json.dumps([0 if last is None else last[0] + 1, name]))

    def beat(self) -> None:
        """Note that the visitor is there."""
        (self.path / "beat").touch()

    def seconds_since_beat(self) -> float:
        """Return how long nothing was heard of the visitor."""
        return time.time() - (self.path / "beat").stat().st_mtime

    def claim(self) -> IO[str] | None:
        """Take the run for this process, until the file returned is closed or the process ends; None if it is taken."""
        file = (self.path / "claim").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def is_claimed(self) -> bool:
        """Tell whether a process has taken the run."""
        file = self.claim()
        if file is not None:
            file.close()
        return file is None

    def append(self, line: Mapping[str, Any]) -> None:
        """Add a line to the log."""
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def lines(self) -> list[dict[str, Any]]:
        """Return the log; a last line that is still being written is left out."""
        if not self.log.exists():
            return []
        text = self.log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def rewind(self, step: int) -> None:
        """Forget what was logged after a step: a run that goes on from there will log it again."""
        kept = [line for line in self.lines() if line["step"] <= step]
        self.put(self.log.name, "".join(json.dumps(line) + "\n" for line in kept))
        for frame in self.film.glob("*.safetensors"):
            if int(frame.stem) > step:
                frame.unlink()

    def put(self, name: str, text: str) -> None:
        """Write a file as a whole or not at all."""
        partial = self.path / f"{name}.{os.getpid()}.partial"
        partial.write_text(text, encoding="utf-8")
        partial.replace(self.path / name)
