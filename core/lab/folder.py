"""A run as a folder: who writes what, and how what is written is read again."""

import fcntl
import json
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, get_args

from core.files import PARTIAL, is_remnant, write_whole
from core.lab.log import append_line, read_lines
from core.lab.request import Request
from core.lab.status import BrokenRun, Status, is_step

Command = Literal["pause", "step", "resume", "stop"]
# Of a process that has not said anything for so long it is asked whether it is still there.
SILENT_SECONDS = 10.0
CLAIM_TRIES, CLAIM_SECONDS = 20, 0.02


@dataclass(frozen=True)
class RunFolder:
    """Name the files of a run and read and write the small ones, each as a whole or not at all.

    Whatever writes raises OSError if it cannot.
    """

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
        """Make the folder of a new run, waiting for its turn: all of it, or, if that cannot be, nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        making = RunFolder(self.path.with_name(f"{self.path.name}.{secrets.token_hex(6)}{PARTIAL}"))
        try:
            making.film.mkdir(parents=True)
            making.put("request.json", request.to_json())
            making.write_status(Status("waiting"))
            making.beat()
            making.path.rename(self.path)
        except BaseException:
            shutil.rmtree(making.path, ignore_errors=True)
            raise

    def read(self, name: str) -> str:
        """Return the text of a small file.

        Raises: BrokenRun if there is none, or it cannot be read.
        """
        path = self.path / name
        try:
            if path.is_file():
                return path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise BrokenRun(f"the run's {name} cannot be read") from error
        raise BrokenRun(f"the run has no {name}")

    def request(self) -> Request:
        """Return what was asked for.

        Raises: ValueError if it cannot be read, or is no request.
        """
        return Request.from_json(self.read("request.json"))

    def status(self) -> Status:
        """Return how the run stands; one that waits or runs with nobody at it has been left.

        Raises: BrokenRun if it cannot be read.
        """
        found = Status.from_json(self.read("status.json"))
        try:
            silent = time.time() - (self.path / "status.json").stat().st_mtime
        except OSError as error:
            raise BrokenRun("the run has no status.json any more") from error
        if found.phase in ("running", "paused") and silent > SILENT_SECONDS and not self.is_claimed():
            return Status("left", found.step, found.seconds, found.message)
        return found

    def write_status(self, status: Status) -> None:
        """Say how the run stands, and thereby that somebody is at it."""
        self.put("status.json", status.to_json())

    def command(self) -> tuple[int, Command] | None:
        """Return the last command with its number, or None if there is none that makes sense."""
        try:
            number, name = json.loads(self.read("command.json"))
        except (ValueError, TypeError, RecursionError):
            return None
        return (number, name) if isinstance(number, int) and name in get_args(Command) else None

    def send(self, name: Command) -> None:
        """Give the process a command, in place of the last one, with a number that no other has."""
        last = self.command()
        self.put("command.json", json.dumps([max(time.time_ns(), 0 if last is None else last[0] + 1), name]))

    def beat(self) -> None:
        """Note that the visitor is there."""
        (self.path / "beat").touch()

    def seconds_since_beat(self) -> float:
        """Return how long nothing was heard of the visitor; for ever if there is no telling."""
        try:
            return time.time() - (self.path / "beat").stat().st_mtime
        except OSError:
            return float("inf")

    def claim(self) -> IO[str] | None:
        """Take the run for this process, until the file returned is closed or the process ends; None if it is taken."""
        file = (self.path / "claim").open("a")
        for _ in range(CLAIM_TRIES):  # somebody may just be looking whether it is taken
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except BlockingIOError:
                time.sleep(CLAIM_SECONDS)
        file.close()
        return None

    def is_claimed(self) -> bool:
        """Tell whether a process has taken the run; who asks at the same time is not mistaken for one."""
        try:
            with (self.path / "claim").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def append(self, line: Mapping[str, Any]) -> None:
        """Add a line to the log."""
        append_line(self.log, line)

    def lines(self) -> list[dict[str, Any]]:
        """Return the log, as far as it can be read."""
        return read_lines(self.log)

    def rewind(self, step: int) -> None:
        """Forget what was logged after a step: a run that goes on from there will log it again."""
        earlier = [line for line in self.lines() if line["step"] <= step]
        self.put(self.log.name, "".join(json.dumps(line) + "\n" for line in earlier))
        for frame in self.film.glob("*.safetensors"):
            if frame.stem.isdecimal() and is_step(int(frame.stem)) and int(frame.stem) > step:
                frame.unlink()

    def clear_remnants(self) -> None:
        """Take away what a process that was ended left half written of large files; only who claims the run may."""
        self.film.mkdir(exist_ok=True)
        for path in (*self.path.iterdir(), *self.film.iterdir()):
            if is_remnant(path) and not path.name.startswith(("status.json", "command.json")):
                path.unlink(missing_ok=True)

    def put(self, name: str, text: str) -> None:
        """Write a file as a whole or not at all."""
        write_whole(self.path / name, text)
