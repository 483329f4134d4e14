"""Evaluations that take longer than one waits: each in a thread of its own, one at a time, watched and stopped."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

# A visitor of whom nothing was heard for so long has gone, and what was computed for them ends.
GONE_SECONDS = 30.0
LOOK_SECONDS = 0.5
# One who was last heard of so long ago has reloaded the page or left it, and somebody else may go on with their job.
SILENT_SECONDS = 4 * LOOK_SECONDS
MOST_FINISHED = 64


@dataclass(eq=False)
class Job:
    """Hold a computation under way: what came of it so far, and how it is to end.

    `began` is when its turn came, `beat` when its visitor was last heard of, `finished` whether all of it was done.
    `name` is its panel's; without one, nobody else is ever handed it.

    Units: seconds of the monotonic clock
    """

    key: Hashable
    total: int
    name: str = ""
    results: list[Any] = field(default_factory=list)
    began: float | None = None
    beat: float = field(default_factory=time.monotonic)
    finished: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def unwanted(self) -> bool:
        """Tell whether nobody waits for it any more."""
        return self.stop.is_set() or time.monotonic() - self.beat > GONE_SECONDS

    @property
    def abandoned(self) -> bool:
        """Tell whether nobody has watched it for a moment."""
        return time.monotonic() - self.beat > SILENT_SECONDS

    @property
    def live(self) -> bool:
        """Tell whether it runs or waits for its turn."""
        return not self.ended.is_set()

    @property
    def seconds_left(self) -> float | None:
        """Estimate how long it will take from here, None before there is anything to tell by."""
        if self.began is None or not self.results:
            return None
        return (time.monotonic() - self.began) / len(self.results) * (self.total - len(self.results))


class Queue:
    """Let one job run at a time, in the order in which they came, so that visitors keep their share of the machine.

    The latest finished ones are remembered.
    """

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.finished: dict[tuple[str, Hashable], Job] = {}
        self.turn = threading.Condition()

    def start(self, job: Job, work: Callable[[], Iterator[Any]]) -> None:
        """Put a job in the line; it runs in a thread that ends with the process."""
        with self.turn:
            self.jobs.append(job)
        threading.Thread(target=self._run, args=(job, work), daemon=True).start()

    def ahead_of(self, job: Job) -> int:
        """Count the jobs that come before this one."""
        with self.turn:
            return self.jobs.index(job) if job in self.jobs else 0

    def under_way(self, name: str, key: Hashable) -> Job | None:
        """Return a job that is wanted, of a panel and a key; None if there is none."""
        with self.turn:
            return next((job for job in self.jobs if (job.name, job.key) == (name, key) and not job.unwanted), None)

    def done(self, name: str, key: Hashable) -> Job | None:
        """Return the finished job of a panel and a key; None if there was none of late."""
        with self.turn:
            return self.finished.get((name, key))

    def _remember(self, job: Job) -> None:
        self.finished.pop((job.name, job.key), None)
        self.finished[job.name, job.key] = job
        while len(self.finished) > MOST_FINISHED:
            del self.finished[next(iter(self.finished))]

    def _run(self, job: Job, work: Callable[[], Iterator[Any]]) -> None:
        try:
            with self.turn:
                while self.jobs[0] is not job and not job.unwanted:
                    self.turn.wait(1.0)
            job.began = time.monotonic()
            if not job.unwanted:
                job.finished = run_through(job, work())
        finally:
            with self.turn:
                self.jobs.remove(job)
                if job.finished and job.name:
                    self._remember(job)
                self.turn.notify_all()
            job.ended.set()


def run_through(job: Job, results: Iterator[Any]) -> bool:
    """Collect results until there are no more, or until nobody wants them; tell whether all are there."""
    for result in results:
        job.results.append(result)
        if job.unwanted:
            return len(job.results) == job.total
        time.sleep(0)
    return True
