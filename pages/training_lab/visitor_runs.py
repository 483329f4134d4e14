"""The runs of a visitor: found on disk, so that they survive whatever happens to page, browser or server."""

import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, replace

from core import paths
from core.lab import Limits, Request, RunFolder, Status, TooMuch
from core.lab.folder import Command
from core.lab.status import LIVE
from core.run.models import RUNS, TOKEN, name_of, request_of, run_folders, usable_metadata
from core.run.titles import request_title, settings_title
from core.sentences import Refusal
from pages.shared.text import t
from pages.training_lab.disk import why
from pages.training_lab.workshop import WORKSHOP

MOST_RUNS = 12
# Two tabs of a visitor that press Train at once are two threads of this process.
BEGINNING = threading.Lock()


class NotStarted(Refusal):
    """Say why a run that could be trained was not started."""


@dataclass(frozen=True)
class Run:
    """Hold a run as it stands now."""

    folder: RunFolder
    request: Request
    status: Status

    @property
    def id(self) -> str:
        """Return the run's name in addresses."""
        return self.folder.path.name

    @property
    def title(self) -> str:
        """Return what the run is called; its id tells it from others like it."""
        return f"{request_title(self.request)} [{self.id[:4]}]"

    @property
    def live(self) -> bool:
        """Tell whether it is worked on, or will be."""
        return self.status.phase in LIVE

    @property
    def brought(self) -> bool:
        """Tell whether it is a model that was uploaded, of whose training nothing is known here."""
        return self.status.phase == "finished" and not self.folder.log.exists()

    @property
    def model(self) -> str | None:
        """Return the name of its model in the other pages, None while there is none, or none that can be used."""
        about = None if self.live else usable_metadata(self.folder)
        return None if about is None else name_of(about)

    @property
    def has_broken_model(self) -> bool:
        """Tell whether it left a model that cannot be used."""
        return not self.live and self.folder.model.exists() and self.model is None

    def beat(self) -> None:
        """Note that the visitor is there, if that can be noted."""
        with suppress(OSError):
            self.folder.beat()


def runs_of(visitor: str) -> list[Run]:
    """Return the visitor's runs, the newest first; those that cannot be read are left out."""
    return read_runs(visitor)[0]


def read_runs(visitor: str) -> tuple[list[Run], list[str]]:
    """Return the visitor's runs, the newest first, and sentences about what of them cannot be read."""
    runs, problems = [], []
    if not TOKEN.fullmatch(visitor):
        return runs, problems
    for folder in run_folders(RUNS / visitor):
        try:
            run = Run(folder, request_of(folder), WORKSHOP.status(folder))
            runs.append(run)
            if run.has_broken_model:
                problems.append(t("lab.model_broken", run=run.title))
        except (OSError, ValueError):
            if folder.path.exists():  # else it was taken away just now
                problems.append(t("lab.run_broken", run=folder.path.name[:4]))
    problems += [t("lab.run_lost", run=folder.path.name[:4]) for folder in WORKSHOP.lost(RUNS / visitor)]
    return runs, problems


def recorded() -> Run | None:
    """Return the run that ships, as `python -m core.lab` left it but for its weights; None if it cannot be read.

    It is what the lab's first settings come to: whoever has not trained anything yet sees what there is to see.
    """
    folder = RunFolder(paths.RECORDED)
    try:
        request = request_of(folder)
        return Run(folder, replace(request, title=settings_title(request, "lab.recorded_title")), folder.status())
    except (OSError, ValueError):
        return None


def is_one_live(visitor: str) -> bool:
    """Tell whether one of the visitor's runs is under way."""
    return any(run.live for run in runs_of(visitor))


def begin(visitor: str, request: Request) -> str:
    """Put a new run in the queue and return its id; the oldest ones beyond the most that are kept go.

    Raises: TooMuch if it is beyond the limits, or another one of the visitor's is under way; NotStarted if the server
    cannot keep it. Then nothing was kept, and none has gone.
    """
    request.check(Limits())
    with BEGINNING:
        if is_one_live(visitor):
            raise TooMuch("lab.one_at_a_time")
        folder = RunFolder(RUNS / visitor / secrets.token_hex(6))
        try:
            folder.create(request)
        except OSError as error:
            raise NotStarted("lab.not_started", why=why(error)) from error
        WORKSHOP.forget_lost(RUNS / visitor)
        WORKSHOP.enlist(folder)
    make_room(visitor, keep=request.start_from, new=folder.path.name)
    return folder.path.name


def make_room(visitor: str, keep: str = "", new: str = "") -> None:
    """Let the oldest runs that are over go, so that there is room for one more: the `new` one, if it is there already.

    The one to `keep` stays in place of a newer one.
    """
    over = [run for run in runs_of(visitor) if not run.live and run.id != new]
    over.sort(key=lambda run: run.id != keep)  # stable: else the newest come first
    for old in over[MOST_RUNS - 1 :]:
        WORKSHOP.remove(old.folder)


def go_on(run: Run) -> None:
    """Go on with a run: tell its process, or start one on what was saved."""
    WORKSHOP.go_on(run.folder)


def tell(run: Run, command: Command) -> None:
    """Pause a run, or let it make a step."""
    WORKSHOP.tell(run.folder, command)


def stop(run: Run) -> None:
    """End a run, saved; one that waits leaves the queue."""
    WORKSHOP.stop(run.folder)
