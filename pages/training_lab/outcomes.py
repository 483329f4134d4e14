"""Memory of runs whose folders it could not write to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.lab import BrokenRun, RunFolder, Status
from core.sentences import Sentence
from pages.training_lab.disk import why

MOST_REMEMBERED = 256
REFUSED_SECONDS = 60.0  # for which it is said that something could not be done


class Outcomes:
    """Remember how runs ended, where their folders could not be told, and why what was asked could not be done."""

    def __init__(self) -> None:
        self.endings: dict[Path, Status] = {}
        self.refusals: dict[Path, tuple[Sentence, float]] = {}

    def write(self, folder: RunFolder, status: Status) -> None:
        """Say how a run ended: in its folder, or, if that cannot be, by heart."""
        try:
            folder.write_status(status)
            self.endings.pop(folder.path, None)
        except OSError as error:
            remember(self.endings, folder.path, replace(status, message=status.message or why(error)))

    def forget(self, folder: RunFolder) -> None:
        """Forget what is known of a run, which begins anew or is gone."""
        self.endings.pop(folder.path, None)
        self.refusals.pop(folder.path, None)

    @contextmanager
    def asked(self, folder: RunFolder) -> Iterator[None]:
        """Remember for a while why what is asked of a run cannot be done, in place of raising it."""
        self.refusals.pop(folder.path, None)
        try:
            yield
        except OSError as error:
            sentence = Sentence("lab.not_done", {"why": why(error)})
            remember(self.refusals, folder.path, (sentence, time.monotonic()))

    def refusal(self, folder: RunFolder) -> Sentence | None:
        """Return why what was asked of a run just now could not be done; None if it was."""
        sentence, moment = self.refusals.get(folder.path, (None, 0.0))
        return sentence if time.monotonic() - moment < REFUSED_SECONDS else None


def remember(memory: dict[Path, Any], path: Path, what: object) -> None:
    """Put something into a memory that forgets the oldest when it is full."""
    memory.pop(path, None)
    while len(memory) >= MOST_REMEMBERED:
        del memory[next(iter(memory))]
    memory[path] = what


def standing(folder: RunFolder) -> Status:
    """Return how a run stands by its folder; one that says nothing sensible broke off, and may have been saved."""
    return readable_status(folder) or Status("failed", message=Sentence("lab.status_broken"))


def readable_status(folder: RunFolder) -> Status | None:
    """Return what a folder says of how its run stands; None if that is nothing sensible."""
    try:
        return folder.status()
    except BrokenRun:
        return None
