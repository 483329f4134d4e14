"""Share drawn states out among processes. Imports nothing of the app: where its models lie is settled first."""

import logging
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

CHUNK = 50


def prepare(folder: str) -> None:
    """Let a process take its models from a folder, use one thread and take warnings for errors."""
    os.environ["SEQ2SEE_CHECKPOINTS"] = folder
    os.environ["SEQ2SEE_RUNS"] = str(Path(folder) / "runs")
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", ResourceWarning)  # of what is cleaned up at exit
    logging.disable(logging.ERROR)


def visit_some(seed: int, first: int, last: int) -> tuple[int, list]:
    """Make some visits; return how many states of pages were looked at, and what breaks."""
    from tests.states.visiting import visit

    found = [visit(seed, number) for number in range(first, last)]
    return sum(checked for checked, _ in found), [broken for _, broken in found if broken is not None]


def share_out(seed: int, count: int, workers: int, folder: str) -> tuple[int, list]:
    """Make all visits, in several processes if so asked; return as `visit_some` does."""
    starts = range(0, count, CHUNK)
    checked, broken = 0, []
    with ProcessPoolExecutor(workers, get_context("spawn"), prepare, (folder,)) as pool:
        asking = [pool.submit(visit_some, seed, start, min(start + CHUNK, count)) for start in starts]
        for finished, done in enumerate(as_completed(asking), start=1):
            number, some = done.result()
            checked += number
            broken += some
            if finished % 10 == 0:
                print(f"{finished * CHUNK} visits, {checked} states, {len(broken)} break", file=sys.stderr, flush=True)
    return checked, broken
