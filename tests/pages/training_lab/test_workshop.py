"""The workshop after a restart: processes that another server left behind count, and obey; queue and places hold."""

import os
import time
from pathlib import Path

import pytest

from core.lab import RunFolder, Status
from core.lab import __main__ as worker
from pages.training_lab import visitor_runs, workshop
from pages.training_lab.choices import LabChoices

VISITORS = ["a" * 32, "b" * 32, "c" * 32]


class Process:
    """Stand in for a process that works until it is told to have ended."""

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode


@pytest.fixture
def launched(tmp_path: Path, monkeypatch) -> dict[Path, Process]:
    """Let a new workshop, as of a server just started, launch processes that do nothing; return them by folder."""
    started: dict[Path, Process] = {}
    monkeypatch.setattr(workshop, "launch", lambda folder: started.setdefault(folder.path, Process()))
    monkeypatch.setattr(workshop, "LOOK_SECONDS", 0.01)
    fresh = workshop.Workshop()
    monkeypatch.setattr(visitor_runs, "WORKSHOP", fresh)
    for module in (visitor_runs, workshop):
        monkeypatch.setattr(module, "RUNS", tmp_path)
    yield started
    for process in started.values():
        process.returncode = 0
    until(lambda: not fresh.processes)


def until(met) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


def left_behind(runs: Path, visitor: str, phase: str) -> RunFolder:
    """Make the folder of a run that a process of another server has just said to be at."""
    folder = RunFolder(runs / visitor / "0123456789ab")
    folder.create(LabChoices().request())
    folder.write_status(Status(phase, 7))
    return folder


def test_what_another_server_left_behind_takes_a_place_until_it_ends(tmp_path, launched):
    running = [left_behind(tmp_path, visitor, "running") for visitor in VISITORS[:2]]
    mine = visitor_runs.begin(VISITORS[2], LabChoices().request())
    folder = RunFolder(tmp_path / VISITORS[2] / mine)
    assert visitor_runs.WORKSHOP.ahead_of(folder) == 2
    time.sleep(0.1)
    assert not launched
    visitor_runs.stop(visitor_runs.runs_of(VISITORS[0])[0])
    assert running[0].command()[1] == "stop"
    running[0].write_status(Status("stopped", 8))  # as its process does
    until(lambda: folder.path in launched)
    assert visitor_runs.WORKSHOP.ahead_of(folder) is None


def test_a_paused_one_holds_up_nobody_and_goes_on_without_a_second_process(tmp_path, launched):
    paused = left_behind(tmp_path, VISITORS[0], "paused")
    left_behind(tmp_path, VISITORS[1], "running")
    mine = visitor_runs.begin(VISITORS[2], LabChoices().request())
    until(lambda: RunFolder(tmp_path / VISITORS[2] / mine).path in launched)
    visitor_runs.go_on(visitor_runs.runs_of(VISITORS[0])[0])
    assert paused.command()[1] == "resume" and paused.path not in launched


def test_what_nobody_looked_at_for_long_goes_and_what_is_foreign_stays(tmp_path, launched):
    old, new, half = (RunFolder(tmp_path / VISITORS[0] / f"{number:012x}") for number in range(3))
    for folder in (old, new, half):
        folder.create(LabChoices().request())
    (half.path / "beat").unlink()  # as a folder that was not completed
    remnant = tmp_path / VISITORS[0] / "0123456789ab.fedc.partial"
    remnant.mkdir()
    foreign = tmp_path / "lost+found" / "0123456789ab"
    foreign.mkdir(parents=True)
    for path in (old.path / "beat", half.path, remnant, foreign):
        os.utime(path, (0, 0))
    workshop.sweep(tmp_path, visitor_runs.WORKSHOP.remove)
    assert [each.path.exists() for each in (old, new, half)] == [False, True, False]
    assert foreign.exists() and not remnant.exists()


def test_a_second_process_lets_a_run_be_that_is_worked_on(tmp_path, monkeypatch):
    folder = left_behind(tmp_path, VISITORS[0], "running")
    claim = folder.claim()
    monkeypatch.setattr("sys.argv", ["lab", str(folder.path)])
    worker.main()
    assert folder.status() == Status("running", 7) and not folder.lines()
    claim.close()
    with folder.claim() as again:
        assert again is not None
