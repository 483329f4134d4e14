"""Processes of the training lab that start at once: forked from one that has imported everything already.

`python -m core.lab` spends seconds of its start on importing torch. Whether it starts at all is tested too, with less.
"""

import io
import multiprocessing
import sys
from contextlib import redirect_stderr
from functools import cache
from multiprocessing.context import BaseContext
from pathlib import Path

from core.lab import RunFolder


@cache
def server() -> BaseContext:
    """Return what forks."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.lab.__main__"])
    return context


def work(path: Path) -> None:
    """Be the process of a run."""
    from core.lab import __main__ as command
    from core.lab import worker

    command.NICENESS = 0  # a machine that is busy with other tests would let it wait for minutes
    worker.STATUS_SECONDS = 0.02  # tests wait for what it says
    sys.argv = ["core.lab", str(path)]
    with redirect_stderr(io.StringIO()):
        command.main()


class Forked:
    """Work on the run of a folder, as a process that can be used like one of `subprocess`."""

    def __init__(self, folder: RunFolder) -> None:
        self.process = server().Process(target=work, args=(folder.path,), daemon=True)
        self.process.start()

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        """Return how it ended, None while it has not."""
        return self.process.exitcode

    def poll(self) -> int | None:
        """Return how it ended, None while it has not."""
        return self.process.exitcode

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.terminate()

    def wait(self) -> None:
        """Wait until it has ended."""
        self.process.join()
