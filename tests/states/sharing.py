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
    """Visit some drawn states; return how many, and those that break."""
    from tests.states.visiting import broken_states

    found = list(broken_states(seed, range(first, last)))
    return len(found), [broken for broken in found if broken is not None]


def share_out(seed: int, count: int, workers: int, folder: str) -> tuple[int, list]:
    """Visit all states, in several processes if so asked."""
    starts = range(0, count, CHUNK)
    visited, broken = 0, []
    with ProcessPoolExecutor(workers, get_context("spawn"), prepare, (folder,)) as pool:
        asking = [pool.submit(visit_some, seed, start, min(start + CHUNK, count)) for start in starts]
        for done in as_completed(asking):
            number, some = done.result()
            visited += number
            broken += some
            if sys.stderr.isatty() or visited % 1000 == 0:
                print(f"{visited} of {count} states visited, {len(broken)} break", file=sys.stderr, flush=True)
    return visited, broken
