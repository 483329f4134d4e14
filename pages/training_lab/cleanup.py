"""Cleaning the folder of runs: what was not completed goes, and what nobody looked at for two weeks."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.files import PARTIAL, is_remnant
from core.lab import RunFolder
from core.run.models import RUN_ID, TOKEN, entries

KEPT_SECONDS = 14 * 24 * 3600.0
REMNANT_SECONDS = 3600.0  # nothing takes so long to write
REMOVED = ".removed"


def sweep(runs: Path, remove: Callable[[RunFolder], object]) -> None:
    """Clear the folder of runs; those of visitors of whom nothing was heard for long are handed to `remove`."""
    for visitor in entries(runs):
        if TOKEN.fullmatch(visitor.name):
            for path in entries(visitor):
                with suppress(OSError):  # somebody else may take it away meanwhile
                    sweep_entry(path, remove)


def sweep_entry(path: Path, remove: Callable[[RunFolder], object]) -> None:
    """Take away a run, a draft or what was not completed, if it is old enough."""
    if path.name.startswith("pairs"):
        if age(path) > KEPT_SECONDS:
            path.unlink(missing_ok=True)
    elif path.name.endswith((PARTIAL, REMOVED)):
        if age(path) > REMNANT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
    elif RUN_ID.fullmatch(path.name):
        beat = path / "beat"
        if age(beat if beat.exists() else path) > KEPT_SECONDS:
            remove(RunFolder(path))
            return
        for remnant in filter(is_remnant, entries(path)):
            if age(remnant) > REMNANT_SECONDS:
                remnant.unlink(missing_ok=True)


def age(path: Path) -> float:
    """Return for how long nothing was changed.

    Units: seconds
    Raises: OSError if it is not there.
    """
    return time.time() - path.stat().st_mtime


def take_away(folder: RunFolder) -> None:
    """Remove a run: at first from sight, as a whole, then from the disk, as far as that can be."""
    hidden = folder.path.with_name(folder.path.name + REMOVED)
    with suppress(OSError):
        folder.path.rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)
