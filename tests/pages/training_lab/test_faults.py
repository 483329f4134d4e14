"""The training lab while things go wrong: a disk that is full at any write, folders that vanish, processes and servers
that are killed, visitors with two tabs. What was promised is kept, and training goes on for the others."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.lab import NOT_WRITTEN, RunFolder, Status, TooMuch
from core.run import models
from pages.training_lab import live, visitor_runs, workshop
from pages.training_lab.choices import LabChoices
from tests.faults import FaultyDisk, at_once
from tests.pages.training_lab.test_page import PATIENCE, asked, lab, press
from tests.pages.training_lab.test_page import visitor as real_visitor  # noqa: F401 (a fixture)

REQUEST = LabChoices().request()
VISITORS = [f"{number:032x}" for number in range(8)]


class Process:
    """Stand in for a process that works until it is told to have ended."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self.returncode = folder, None

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.returncode = -15


def until(met: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.002)


class Lab:
    """Be the server's workshop, with processes that do nothing."""

    def __init__(self, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs, self.started, self.monkeypatch = runs, [], monkeypatch
        monkeypatch.setattr(workshop, "LOOK_SECONDS", 0.005)
        monkeypatch.setattr(workshop.subprocess, "Popen", lambda command, **_: self.start(Path(command[-1])))
        for module in (models, visitor_runs, workshop):
            monkeypatch.setattr(module, "RUNS", runs)
        self.restart()

    def start(self, path: Path) -> Process:
        self.started.append(Process(RunFolder(path)))
        return self.started[-1]

    def restart(self) -> None:
        """Be another server, which knows nothing but what the folders say."""
        self.workshop = workshop.Workshop()
        for module in (visitor_runs, workshop, live):
            self.monkeypatch.setattr(module, "WORKSHOP", self.workshop)

    def train(self, visitor: str) -> RunFolder:
        """Press Train."""
        return RunFolder(self.runs / visitor / visitor_runs.begin(visitor, REQUEST))

    def run(self, folder: RunFolder) -> visitor_runs.Run:
        """Return a run as a page reads it that is drawn now."""
        return next(run for run in visitor_runs.runs_of(folder.path.parent.name) if run.folder == folder)

    def process(self, folder: RunFolder) -> Process:
        """Wait for the process of a run."""
        until(lambda: any(each.folder == folder for each in self.started))
        return next(each for each in reversed(self.started) if each.folder == folder)

    def has_begun(self, folder: RunFolder) -> bool:
        """Tell whether the turn of a run has come, and it was begun, or could not be."""
        with self.workshop.lock:
            return folder not in self.workshop.waiting

    def processes(self, folder: RunFolder) -> int:
        """Count the processes that were started on a run."""
        return sum(each.folder == folder for each in self.started)

    def end(self, folder: RunFolder, phase: str = "finished", code: int = 0) -> None:
        """Let the process of a run end, as it would: having said so, unless it is killed."""
        process = self.process(folder)
        if code == 0:
            folder.write_status(Status(phase, 20, 1.0))
        process.returncode = code
        until(lambda: folder.path not in self.workshop.processes)


@pytest.fixture
def server(tmp_path: Path, monkeypatch):
    """Return a lab; its processes end with the test."""
    made = Lab(tmp_path, monkeypatch)
    yield made
    made.workshop.waiting.clear()
    for process in made.started:
        process.returncode = 0
    until(lambda: not made.workshop.tended)


def trained(server: Lab, visitor: str) -> RunFolder:
    """Train a run to its end."""
    folder = server.train(visitor)
    server.end(folder)
    return folder


@pytest.mark.parametrize(
    ("code", "lasting", "why"),
    [
        (errno.ENOSPC, False, "the server’s disk is full"),
        (errno.ENOSPC, True, "the server’s disk is full"),
        (errno.EROFS, True, "the server may not write"),
    ],
    ids=("full for one write", "full from there on", "read-only from there on"),
)
def test_a_disk_that_fails_at_any_write_of_a_train(server, tmp_path, monkeypatch, code, lasting, why):
    """Fail at the first write, at the second, and so on, until a Train makes none that fails."""
    monkeypatch.setattr(visitor_runs, "MOST_RUNS", 2)
    disk, refused, unlaunched = FaultyDisk(tmp_path, monkeypatch, code), 0, 0
    for number in range(1, 100):
        visitor = secrets.token_hex(16)
        earlier = [trained(server, visitor), trained(server, visitor)]
        os.utime(earlier[0].path / "request.json", (1.0, 1.0))  # so quick a visitor would leave no telling
        disk.fill(number, lasting)
        try:
            folder = server.train(visitor)
        except visitor_runs.NotStarted as refusal:
            refused += 1
            assert why in str(refusal) and str(tmp_path) not in str(refusal)
            disk.mend()  # nothing half-made is left, and nothing is lost
            assert set((tmp_path / visitor).glob("*")) == {each.path for each in earlier}
        else:
            until(lambda folder=folder: server.has_begun(folder))
            disk.mend()
            if server.processes(folder) == 0:
                unlaunched += 1
                assert why in str(server.run(folder).status.message) and not server.run(folder).live
                visitor_runs.go_on(server.run(folder))
            server.end(folder)
            assert earlier[1].path.exists() and server.run(folder).status.phase == "finished"
        trained(server, secrets.token_hex(16))
        if not disk.failed:
            assert refused > 5 and (unlaunched or not lasting)
            return
    pytest.fail("there is always one more write to fail at")


def test_a_train_on_a_full_disk_says_so_on_the_page(visit, server, tmp_path, monkeypatch):
    page = lab(visit, VISITORS[0])
    disk = FaultyDisk(tmp_path, monkeypatch)
    disk.fill(1, lasting=True)
    press(page, "lab-train")
    assert "disk is full" in page.said and not page.at.exception and visitor_runs.runs_of(VISITORS[0]) == []
    disk.mend()
    press(page, "lab-train")
    assert "disk is full" not in page.said and len(visitor_runs.runs_of(VISITORS[0])) == 1


def test_a_run_that_waits_and_loses_its_folder_is_told_of_and_stops_nobody(visit, server):
    first, second, third, fourth = (server.train(visitor) for visitor in VISITORS[:4])
    server.process(second)
    shutil.rmtree(third.path)
    until(lambda: third not in server.workshop.waiting)
    assert f"The run {third.path.name[:4]} ended" in lab(visit, VISITORS[2], "").said
    server.end(first)
    server.process(fourth)
    assert server.workshop.ahead_of(server.train(VISITORS[2])) == 2
    assert "ended" not in lab(visit, VISITORS[2], "").said


def test_a_run_at_work_that_loses_its_folder_makes_room(server):
    first, second, third = (server.train(visitor) for visitor in VISITORS[:3])
    shutil.rmtree(first.path)
    server.end(first, code=NOT_WRITTEN)  # as its process does, which cannot write any more
    server.process(third)
    assert visitor_runs.runs_of(VISITORS[0]) == [] and not first.path.exists()
    assert server.run(second).live


@pytest.mark.parametrize(
    ("code", "sentence"), [(-9, "ended by itself (code -9)"), (NOT_WRITTEN, "could not write to its disk")]
)
def test_a_killed_process_is_told_of_even_if_the_disk_is_full(server, tmp_path, monkeypatch, code, sentence):
    folder, other = server.train(VISITORS[0]), server.train(VISITORS[1])
    waiting = server.train(VISITORS[2])
    server.process(other)
    folder.write_status(Status("running", 7, 2.0))
    disk = FaultyDisk(tmp_path / VISITORS[0], monkeypatch)
    disk.fill(1, lasting=True)
    server.end(folder, code=code)
    found = server.run(folder).status
    assert (found.phase, found.step) == ("failed", 7) and sentence in str(found.message)
    server.process(waiting)
    visitor_runs.go_on(server.run(folder))
    assert "disk is full" in str(server.run(folder).status.message) and server.run(folder).status.phase == "failed"
    disk.mend()
    server.end(other)
    visitor_runs.go_on(server.run(folder))
    until(lambda: server.processes(folder) == 2)
    assert server.run(folder).status.message == ""


def test_stop_reaches_a_process_even_if_the_disk_is_full(server, tmp_path, monkeypatch):
    folder = server.train(VISITORS[0])
    server.process(folder)
    folder.write_status(Status("running", 7))
    FaultyDisk(tmp_path, monkeypatch).fill(1, lasting=True)
    visitor_runs.stop(server.run(folder))
    until(lambda: not server.workshop.processes)
    found = server.run(folder).status
    assert (found.phase, found.step) == ("stopped", 7) and "without being saved" in str(found.message)


def test_a_pause_that_cannot_be_written_says_so_and_the_run_goes_on(visit, server, tmp_path, monkeypatch):
    folder = server.train(VISITORS[0])
    server.process(folder)
    folder.write_status(Status("running", 7))
    folder.append({"step": 7, "seconds": 1.0, "loss": 0.5})
    page = lab(visit, VISITORS[0], "")
    FaultyDisk(tmp_path, monkeypatch).fill(1, lasting=True)
    press(page, "lab-pause")
    assert "could not be done: the server’s disk is full" in page.said and server.run(folder).live


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_caretaker_that_was_ended_is_replaced(server, monkeypatch):
    failures = [SystemExit]

    def launch(folder: RunFolder) -> Process:
        if failures:
            raise failures.pop()
        return server.start(folder.path)

    monkeypatch.setattr(workshop, "launch", launch)
    first = server.train(VISITORS[0])
    until(lambda: not server.workshop.tended)
    trained(server, VISITORS[1])
    visitor_runs.go_on(server.run(first))
    server.end(first)


def test_resume_in_two_tabs_enlists_a_run_once_and_stop_reaches_it(server):
    folder, others = server.train(VISITORS[0]), [server.train(visitor) for visitor in VISITORS[1:3]]
    server.end(folder, "stopped")
    server.process(others[1])
    first_tab, second_tab = server.run(folder), server.run(folder)  # both show a run that was stopped
    visitor_runs.go_on(second_tab)
    visitor_runs.go_on(first_tab)
    assert server.workshop.waiting == [folder]
    visitor_runs.stop(first_tab)
    assert server.workshop.waiting == [] and server.run(folder).status.phase == "stopped"
    for other in others:
        server.end(other)
    assert server.processes(folder) == 1  # it did not begin by itself


def test_resume_pressed_in_two_tabs_and_stop_in_one_as_a_visitor_does(visit, server):
    folder = trained(server, VISITORS[0])
    folder.write_status(Status("stopped", 7))
    first, second = lab(visit, VISITORS[0], ""), lab(visit, VISITORS[0], "")
    press(second, "lab-resume")
    until(lambda: server.processes(folder) == 2)
    press(first, "lab-resume")  # which still shows that it is stopped
    assert "starting its process" in first.at.get("progress")[0].proto.text
    folder.write_status(Status("running", 8))
    folder.append({"step": 8, "seconds": 1.0, "loss": 0.5})
    press(first.at.run() and first, "lab-stop")
    assert folder.command()[1] == "stop" and server.workshop.waiting == []
    server.end(folder, "stopped")
    assert server.processes(folder) == 2 and server.run(folder).status.phase == "stopped"


@pytest.mark.parametrize("moment", ("waiting", "starting", "running", "paused"))
def test_what_a_stale_tab_asks_is_decided_by_what_is_so(server, moment):
    others = [server.train(visitor) for visitor in VISITORS[1:3]] if moment == "waiting" else []
    for other in others:
        server.process(other)
    folder = server.train(VISITORS[0])
    if moment != "waiting":
        server.process(folder)
    if moment in ("running", "paused"):
        folder.write_status(Status(moment, 3))
    stale = visitor_runs.Run(folder, REQUEST, Status("stopped", 3))
    visitor_runs.go_on(stale)
    assert len(server.workshop.waiting) + len(server.workshop.processes) == len(others) + 1
    assert (folder.command() or (0, "none"))[1] == ("resume" if moment == "paused" else "none")
    if moment != "paused":
        visitor_runs.tell(stale, "step")
        assert folder.command() is None  # it would pause a run that is not paused
    visitor_runs.stop(stale)
    assert server.run(folder).status.phase == "stopped" if moment == "waiting" else folder.command()[1] == "stop"


@pytest.mark.parametrize("phase", ("stopped", "finished", "failed", "left"))
def test_nothing_is_sent_to_a_run_that_is_over(server, phase):
    folder = server.train(VISITORS[0])
    server.end(folder, phase)
    stale = visitor_runs.Run(folder, REQUEST, Status("running", 3))
    for ask in (
        lambda: visitor_runs.tell(stale, "pause"),
        lambda: visitor_runs.tell(stale, "step"),
        lambda: visitor_runs.stop(stale),
    ):
        ask()
        assert folder.command() is None and server.run(folder).status.phase == phase


def test_resume_while_the_process_still_ends_waits_for_it(server):
    folder = server.train(VISITORS[0])
    server.process(folder)
    folder.write_status(Status("stopped", 3))  # said as the last thing, before the process has gone
    visitor_runs.go_on(server.run(folder))
    time.sleep(0.05)
    assert server.processes(folder) == 1 and server.run(folder).status.phase == "waiting"
    server.started[0].returncode = 1  # and even if it stumbles on its way out
    until(lambda: server.processes(folder) == 2)
    assert server.run(folder).live


def test_train_in_two_tabs_at_once_starts_one_run(server):
    raised = at_once(*[lambda: server.train(VISITORS[0])] * 4)
    assert [type(error) for error in raised] == [TooMuch] * 3 and len(visitor_runs.runs_of(VISITORS[0])) == 1


def test_a_run_that_cannot_begin_costs_no_more_than_the_oldest(server, monkeypatch):
    monkeypatch.setattr(visitor_runs, "MOST_RUNS", 2)
    oldest, newer = trained(server, VISITORS[0]), trained(server, VISITORS[0])
    os.utime(oldest.path / "request.json", (1.0, 1.0))
    enlist = server.workshop.enlist

    def enlist_and_fail(folder: RunFolder) -> None:
        enlist(folder)
        until(lambda: server.has_begun(folder))

    monkeypatch.setattr(workshop, "launch", lambda folder: 1 / 0)
    monkeypatch.setattr(server.workshop, "enlist", enlist_and_fail)
    new = server.train(VISITORS[0])
    assert [folder.path.exists() for folder in (oldest, newer, new)] == [False, True, True]


def test_a_run_that_has_finished_can_go_before_its_process_has(server):
    folder = server.train(VISITORS[0])
    process = server.process(folder)
    folder.write_status(Status("finished", 20))
    assert server.workshop.remove(folder) and not folder.path.exists()
    process.returncode = 1
    until(lambda: not server.workshop.processes)
    assert visitor_runs.read_runs(VISITORS[0]) == ([], [])


def test_what_makes_room_takes_no_run_that_another_tab_went_on_with(server, monkeypatch):
    monkeypatch.setattr(visitor_runs, "MOST_RUNS", 1)
    folder = trained(server, VISITORS[0])
    folder.write_status(Status("stopped", 3))
    shown = visitor_runs.runs_of(VISITORS[0])  # as a page sees it that is just about to make room
    visitor_runs.go_on(shown[0])
    monkeypatch.setattr(visitor_runs, "runs_of", lambda visitor: shown)
    visitor_runs.make_room(VISITORS[0])
    assert folder.path.exists()


def test_eight_visitors_of_whom_some_have_bad_luck_are_all_served(server):
    assert at_once(*[lambda visitor=visitor: server.train(visitor) for visitor in VISITORS]) == []
    folders = [visitor_runs.runs_of(visitor)[0].folder for visitor in VISITORS]
    until(lambda: len(server.workshop.processes) == 2)
    waiting = list(server.workshop.waiting)
    gone, torn, blocked = waiting[:3]
    shutil.rmtree(gone.path)
    (torn.path / "status.json").write_text('{"phase": "wai')
    (blocked.path / "errors.txt").mkdir()  # so that its process cannot be started
    served = set()
    while server.workshop.waiting or server.workshop.processes:
        for path in list(server.workshop.processes):
            served.add(path)
            server.end(RunFolder(path), code=-9 if len(served) == 1 else 0)
        assert len(server.workshop.processes) <= 2
    assert served == {folder.path for folder in folders} - {gone.path, blocked.path}
    assert "not started" in str(server.run(blocked).status.message)
    for folder in folders:
        assert folder == gone or not server.run(folder).live


def test_another_server_finds_what_the_last_one_left(server):
    running, paused, waiting = (server.train(visitor) for visitor in VISITORS[:3])
    server.process(paused)
    running.write_status(Status("running", 7))
    paused.write_status(Status("paused", 8))
    until(lambda: waiting.path in server.workshop.processes)  # for a paused one holds up nobody
    late = server.train(VISITORS[3])
    before = [each.folder for each in server.started]
    last = server.workshop
    last.waiting.clear()  # the server is killed
    server.restart()
    assert [server.run(folder).status.phase for folder in (running, paused, late)] == ["running", "paused", "left"]
    visitor_runs.go_on(server.run(late))
    visitor_runs.go_on(server.run(paused))
    visitor_runs.stop(server.run(running))
    assert (paused.command()[1], running.command()[1]) == ("resume", "stop")
    server.process(late)
    assert [each.folder for each in server.started] == [*before, late]
    last.processes.clear()


def test_a_folder_that_goes_under_a_real_process_ends_it_and_nothing_comes_back(real_visitor):  # noqa: F811
    name = visitor_runs.begin(real_visitor, asked(steps=20_000))
    folder = RunFolder(models.RUNS / real_visitor / name)
    until(lambda: folder.lines())
    shutil.rmtree(folder.path)
    until(lambda: not workshop.WORKSHOP.processes)
    assert not folder.path.exists() and visitor_runs.runs_of(real_visitor) == []
    assert "no longer on the server" in "".join(visitor_runs.read_runs(real_visitor)[1])
