"""Where runs are worked on: a process each, a few at a time for the whole server, first come first served."""

import subprocess
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

from core import paths
from core.lab import NOT_WRITTEN, RunFolder, Status
from core.lab.folder import Command
from core.lab.status import LIVE
from core.run.models import RUNS, entries, run_folders
from core.sentences import Sentence
from pages.training_lab.cleanup import sweep, take_away
from pages.training_lab.disk import why
from pages.training_lab.outcomes import Outcomes, readable_status, standing

MOST_AT_WORK = 2
MOST_ALIVE = 6  # paused ones included, which take memory but no time
LOOK_SECONDS = 0.2
GONE_SECONDS = 180.0
WORKED_ON = ("running", "paused")
RESUMABLE = ("stopped", "left", "failed")


class Workshop:
    """Own the state of every run: start their processes in the order in which they came, and hand on what is asked.

    Paused runs hold up nobody. Whatever is asked of a run is decided by how it stands then, not by how a page showed
    it. What goes wrong with one becomes its sentence, even if its folder cannot be written to, and stops no other.

    Processes that a server left behind when it ended count too: they obey their folders as all do, and end by
    themselves.
    """

    def __init__(self) -> None:
        self.left_behind: list[RunFolder] = []
        self.waiting: list[RunFolder] = []
        self.processes: dict[Path, subprocess.Popen] = {}
        self.ended_hard: set[Path] = set()  # processes that could not be told to stop
        self.removed: set[Path] = set()  # folders that were taken away before their processes had gone
        self.outcomes = Outcomes()
        self.lock = threading.RLock()
        self.tended = False

    def enlist(self, folder: RunFolder) -> None:
        """Put a new run in the queue."""
        with self.lock:
            self._queue(folder)

    def go_on(self, folder: RunFolder) -> None:
        """Go on with a run: tell the process that is paused, or put it in the queue; one under way is let be."""
        with self.lock, self.outcomes.asked(folder):
            found = self._status(folder)
            if found.phase == "paused":
                folder.send("resume")
            elif found.phase in RESUMABLE:
                folder.beat()
                folder.send("resume")  # in place of what ended it; whatever is sent from now on is obeyed
                folder.write_status(replace(found, phase="waiting", message=""))
                self._queue(folder)

    def tell(self, folder: RunFolder, command: Command) -> None:
        """Pause a run that is running, or let one that is paused make a step."""
        with self.lock, self.outcomes.asked(folder):
            if (command, self._status(folder).phase) in (("pause", "running"), ("step", "paused")):
                folder.send(command)

    def stop(self, folder: RunFolder) -> None:
        """End a run, saved, wherever it is: one that waits leaves the queue."""
        with self.lock, self.outcomes.asked(folder):
            if folder in self.waiting:
                self.waiting.remove(folder)
                self.outcomes.write(folder, replace(standing(folder), phase="stopped"))
            elif self._status(folder).phase in LIVE:
                try:
                    folder.send("stop")
                except OSError:
                    if (process := self.processes.get(folder.path)) is None:
                        raise
                    self.ended_hard.add(folder.path)
                    process.terminate()

    def remove(self, folder: RunFolder) -> bool:
        """Take a run away unless it is under way; tell whether it was taken. Its process may just be ending."""
        with self.lock:
            idle = self._status(folder).phase not in LIVE
            if idle:
                self.removed.update({folder.path} & self.processes.keys())
                take_away(folder)
                self.outcomes.forget(folder)
        return idle

    def ahead_of(self, folder: RunFolder) -> int | None:
        """Count the runs that come before this one, those at work included; None if it does not wait."""
        with self.lock:
            return self._at_work() + self.waiting.index(folder) if folder in self.waiting else None

    def status(self, folder: RunFolder) -> Status:
        """Return how a run stands, by what its folder says and by what is known of its process."""
        with self.lock:
            if self.waiting:
                self._see_that_it_is_tended()
            found, refusal = self._status(folder), self.outcomes.refusal(folder)
        if refusal is None:
            return found
        both = Sentence("text.both", {"first": found.message, "then": refusal})
        return replace(found, message=both if found.message else refusal)

    def lost(self, visitor: Path) -> list[RunFolder]:
        """Return the runs of a visitor whose folders went away while they were under way."""
        with self.lock:
            folders = [RunFolder(path) for path in self.outcomes.endings if path.parent == visitor]
        return [folder for folder in folders if not folder.path.exists()]

    def forget_lost(self, visitor: Path) -> None:
        """Forget the runs whose folders went away, once their visitor knows."""
        with self.lock:
            for folder in self.lost(visitor):
                self.outcomes.forget(folder)

    def _status(self, folder: RunFolder) -> Status:
        if folder.path in self.processes and folder not in self.waiting:
            found = readable_status(folder) or Status("left")
            return replace(found, phase="running") if found.phase == "left" else found
        found = standing(folder)
        if folder in self.waiting:
            return replace(found, phase="waiting", message="")
        if folder.path in self.outcomes.endings:
            return self.outcomes.endings[folder.path]
        return replace(found, phase="left") if found.phase == "waiting" else found

    def _queue(self, folder: RunFolder) -> None:
        self.outcomes.forget(folder)
        self.waiting.append(folder)
        self._see_that_it_is_tended()

    def _see_that_it_is_tended(self) -> None:
        if self.tended:
            return
        self.left_behind = [other for other in worked_on() if other.path not in self.processes]
        self.tended = True
        try:
            threading.Thread(target=self._tend, daemon=True).start()
        except RuntimeError:  # there are too many threads; whoever looks next tries again
            self.tended = False
            traceback.print_exc()

    def _at_work(self) -> int:
        own = sum(self._status(RunFolder(path)).phase != "paused" for path in self.processes)
        return own + sum(phase == "running" for phase in self._phases_left_behind())

    def _alive(self) -> int:
        return len(self.processes) + len(self._phases_left_behind())

    def _phases_left_behind(self) -> list[str]:
        there = [folder for folder in self.left_behind if folder.path not in self.processes]
        return [phase for folder in there if (phase := standing(folder).phase) in WORKED_ON]

    def _tend(self) -> None:
        """Begin what can begin and see off what has ended, until there is nothing left; nothing else ends this."""
        try:
            try:
                sweep(RUNS, self.remove)
            except Exception:
                traceback.print_exc()
            while self._look():
                time.sleep(LOOK_SECONDS)
        except BaseException:
            with self.lock:
                self.tended = False  # so that the next who looks, or trains, starts another
            raise

    def _look(self) -> bool:
        with self.lock:
            try:
                for path, process in list(self.processes.items()):
                    if process.poll() is not None:
                        del self.processes[path]
                        self._see_off(RunFolder(path), process.returncode)
                self._drop_lost()
                while self._at_work() < MOST_AT_WORK and self._alive() < MOST_ALIVE and self._begin_next():
                    pass
            except Exception:
                traceback.print_exc()  # for the owner of the server; the next look may find it otherwise
            self.tended = bool(self.waiting or self.processes)
            return self.tended

    def _begin_next(self) -> bool:
        """Begin the first run that can; tell whether there was one. A run that has just ended may not have left yet."""
        for folder in self.waiting:
            if folder.path not in self.processes and not folder.is_claimed():
                break
        else:
            return False
        self.waiting.remove(folder)
        if folder.seconds_since_beat() < GONE_SECONDS:
            try:
                self.processes[folder.path] = launch(folder)
            except Exception as error:
                sentence = Sentence("lab.not_launched", {"why": why(error)})
                self.outcomes.write(folder, replace(standing(folder), phase="failed", message=sentence))
        return True

    def _drop_lost(self) -> None:
        """Take those out of the queue whose folders went away."""
        for folder in [folder for folder in self.waiting if not folder.path.exists()]:
            self.waiting.remove(folder)
            self.outcomes.write(folder, Status("failed", message=Sentence("lab.run_gone")))

    def _see_off(self, folder: RunFolder, code: int) -> None:
        """Say of a run whose process broke off that it did, unless it said so itself or is to go on already."""
        found, hard = standing(folder), folder.path in self.ended_hard
        self.ended_hard.discard(folder.path)
        if folder.path in self.removed:
            self.removed.discard(folder.path)
            return
        if code == 0 or folder in self.waiting or found.phase in ("finished", "stopped"):
            return
        if not folder.path.exists():
            self.outcomes.write(folder, Status("failed", message=Sentence("lab.run_gone")))
        elif hard:
            self.outcomes.write(folder, replace(found, phase="stopped", message=Sentence("lab.stopped_hard")))
        elif code == NOT_WRITTEN:
            self.outcomes.write(folder, replace(found, phase="failed", message=Sentence("lab.broke_off_disk")))
        elif found.phase != "failed":
            sentence = Sentence("lab.broke_off", {"code": code})
            self.outcomes.write(folder, replace(found, phase="failed", message=sentence))


def worked_on() -> list[RunFolder]:
    """Return the runs of all visitors that some process works on, or is paused at."""
    folders = [folder for visitor in entries(RUNS) for folder in run_folders(visitor)]
    return [folder for folder in folders if standing(folder).phase in WORKED_ON]


def launch(folder: RunFolder) -> subprocess.Popen:
    """Start the process of a run; what it has to complain about goes into its folder."""
    with (folder.path / "errors.txt").open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "core.lab", str(folder.path)], cwd=paths.ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip


WORKSHOP = Workshop()
