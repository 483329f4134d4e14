"""Where runs are worked on: a process each, a few at a time for the whole server, first come first served."""

import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from core.lab import RunFolder, Status
from pages.shared.models import RUNS
from pages.shared.text import t

ROOT = Path(__file__).parents[3]
MOST_AT_WORK = 2
MOST_ALIVE = 6  # paused ones included, which take memory but no time
LOOK_SECONDS = 0.2
GONE_SECONDS = 180.0
WORKED_ON = ("running", "paused")
KEPT_SECONDS = 14 * 24 * 3600.0


class Workshop:
    """Start the processes of runs in the order in which they came; paused ones hold up nobody.

    Processes that a server left behind when it ended count too: they obey their folders as all do, and end by
    themselves.
    """

    def __init__(self) -> None:
        self.left_behind: list[RunFolder] = []
        self.waiting: list[RunFolder] = []
        self.processes: dict[Path, subprocess.Popen] = {}
        self.lock = threading.Lock()
        self.tended = False

    def enlist(self, folder: RunFolder) -> None:
        """Put a run in the queue, new or to go on with."""
        folder.beat()
        folder.send("resume")  # in place of what ended it; whatever is sent from now on is obeyed
        folder.write_status(replace(folder.status(), phase="waiting", message=""))
        with self.lock:
            self.waiting.append(folder)
            if not self.tended:
                self.tended = True
                self.left_behind = [other for other in worked_on() if other.path not in self.processes]
                threading.Thread(target=self._tend, daemon=True).start()

    def dismiss(self, folder: RunFolder) -> bool:
        """Take a run out of the queue; tell whether it was still in there."""
        with self.lock:
            found = folder in self.waiting
            if found:
                self.waiting.remove(folder)
        if found:
            folder.write_status(replace(folder.status(), phase="stopped"))
        return found

    def ahead_of(self, folder: RunFolder) -> int | None:
        """Count the runs that come before this one, those at work included; None if it does not wait."""
        with self.lock:
            return self._at_work() + self.waiting.index(folder) if folder in self.waiting else None

    def status(self, folder: RunFolder) -> Status:
        """Return how a run stands, by what its folder says and by what is known of its process."""
        with self.lock:
            waits, at_work = folder in self.waiting, folder.path in self.processes
        found = folder.status()
        if found.phase == "waiting" and not waits and not at_work:
            return replace(found, phase="left")
        return replace(found, phase="running") if found.phase == "left" and at_work else found

    def _at_work(self) -> int:
        own = sum(RunFolder(path).status().phase != "paused" for path in self.processes)
        return own + sum(phase == "running" for phase in self._phases_left_behind())

    def _alive(self) -> int:
        return len(self.processes) + len(self._phases_left_behind())

    def _phases_left_behind(self) -> list[str]:
        there = [folder for folder in self.left_behind if folder.path not in self.processes and folder.path.exists()]
        return [phase for folder in there if (phase := folder.status().phase) in WORKED_ON]

    def _tend(self) -> None:
        """Begin what can begin and see off what has ended, until there is nothing left."""
        sweep()
        while True:
            with self.lock:
                for path, process in list(self.processes.items()):
                    if process.poll() is not None:
                        del self.processes[path]
                        see_off(RunFolder(path), process.returncode)
                while self.waiting and self._at_work() < MOST_AT_WORK and self._alive() < MOST_ALIVE:
                    folder = self.waiting.pop(0)
                    if folder.seconds_since_beat() < GONE_SECONDS:
                        self.processes[folder.path] = launch(folder)
                if not self.waiting and not self.processes:
                    self.tended = False
                    return
            time.sleep(LOOK_SECONDS)


def worked_on() -> list[RunFolder]:
    """Return the runs of all visitors that some process works on, or is paused at."""
    folders = [RunFolder(path.parent) for path in RUNS.glob("*/*/status.json")]
    return [folder for folder in folders if folder.status().phase in WORKED_ON]


def launch(folder: RunFolder) -> subprocess.Popen:
    """Start the process of a run; what it has to complain about goes into its folder."""
    with (folder.path / "errors.txt").open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "core.lab", str(folder.path)], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip


def see_off(folder: RunFolder, code: int) -> None:
    """Say of a run whose process broke off that it did, unless it said so itself."""
    if code != 0 and folder.path.exists() and folder.status().phase != "failed":
        found = folder.status()
        folder.write_status(replace(found, phase="failed", message=t("lab.broke_off", code=code)))


def sweep() -> None:
    """Take away the runs of visitors of whom nothing was heard for two weeks."""
    for beat in RUNS.glob("*/*/beat"):
        if time.time() - beat.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(beat.parent, ignore_errors=True)
    for draft in RUNS.glob("*/pairs*"):
        if time.time() - draft.stat().st_mtime > KEPT_SECONDS:
            draft.unlink(missing_ok=True)


WORKSHOP = Workshop()
