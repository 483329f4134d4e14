"""The runs of a visitor: found on disk, so that they survive whatever happens to page, browser or server."""

import secrets
import shutil
from dataclasses import dataclass

from core.lab import Limits, Request, RunFolder, Status, TooMuch
from pages.shared.models import RUNS, TOKEN, own_name, request_of
from pages.shared.text import t
from pages.shared.training_lab.workshop import WORKSHOP

MOST_RUNS = 12
LIVE = ("waiting", "running", "paused")


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
        return f"{self.request.title} [{self.id[:4]}]"

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
        """Return the name of its model in the other pages, None while there is none."""
        return own_name(self.folder.model) if self.folder.model.exists() and not self.live else None


def runs_of(visitor: str) -> list[Run]:
    """Return the visitor's runs, the newest first."""
    if not TOKEN.fullmatch(visitor):
        return []
    asked = sorted((RUNS / visitor).glob("*/request.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    folders = [RunFolder(path.parent) for path in asked]
    return [Run(folder, request_of(folder), WORKSHOP.status(folder)) for folder in folders]


def is_one_live(visitor: str) -> bool:
    """Tell whether one of the visitor's runs is under way."""
    return any(run.live for run in runs_of(visitor))


def begin(visitor: str, request: Request) -> str:
    """Put a new run in the queue and return its id; the oldest ones beyond the most that are kept go.

    Raises: TooMuch if it is beyond the limits, or another one of the visitor's is under way.
    """
    request.check(Limits())
    if is_one_live(visitor):
        raise TooMuch(t("lab.one_at_a_time"))
    make_room(visitor, keep=request.start_from)
    folder = RunFolder(RUNS / visitor / secrets.token_hex(6))
    folder.create(request)
    WORKSHOP.enlist(folder)
    return folder.path.name


def make_room(visitor: str, keep: str = "", coming: int = 1) -> None:
    """Let the oldest runs go, so that there is room for those `coming`; the one to `keep` stays for a newer one."""
    over = [run for run in runs_of(visitor) if not run.live]
    over.sort(key=lambda run: run.id != keep)  # stable: else the newest come first
    for old in over[MOST_RUNS - coming :]:
        shutil.rmtree(old.folder.path)


def go_on(run: Run) -> None:
    """Go on with a run: tell its process, or start one on what was saved."""
    if run.status.phase == "paused":
        run.folder.send("resume")
    else:
        WORKSHOP.enlist(run.folder)


def stop(run: Run) -> None:
    """End a run, saved; one that waits leaves the queue."""
    if not WORKSHOP.dismiss(run.folder):
        run.folder.send("stop")


def stay(visitor: str) -> None:
    """Note that the visitor is there, so that what is under way goes on."""
    for run in runs_of(visitor):
        if run.live:
            run.folder.beat()
