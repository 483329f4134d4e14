"""The training lab's engine: a run is obeyed, saved, broken off, gone on with and measured, in a process of its own."""

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError

from core import checkpoint
from core.config import ModelConfig
from core.lab import NOT_WRITTEN, Limits, Request, RunFolder, Status, TooMuch, film
from core.lab import __main__ as lab_command
from core.lab.accuracy import token_accuracy
from core.lab.folder import Command
from core.lab.worker import GONE_SECONDS, Worker
from core.tasks import get_task
from core.training import Recipe, TrainingState, train
from tests.forked import Forked

ROOT = Path(__file__).parents[3]
PATIENCE = 90.0
TASK = get_task("copy")
SYMBOLS = len(TASK.source_symbols()) + 4


def request(steps: int = 30, **changes) -> Request:
    config = ModelConfig(
        source_vocab_size=SYMBOLS, target_vocab_size=SYMBOLS, d_model=16, num_heads=2, d_ff=16, num_encoder_layers=1,
        num_decoder_layers=1, max_source_len=12, max_target_len=12, dropout=0.0,
    )  # fmt: skip
    recipe = Recipe(steps=steps, batch_tokens=200, warmup=min(2, steps - 1), bf16=False, average=1)
    return Request(**{"title": "Test", "task": "copy", "config": config, "recipe": recipe} | changes)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RunFolder]]:
    """Return a function that starts a process on a run, new or old; none is left behind."""
    processes: list[Forked] = []

    def begin(asked: Request | None = None, name: str = "run", command: Command | None = None) -> RunFolder:
        folder = RunFolder(tmp_path / name)
        if asked is not None:
            folder.create(asked)
        if command is not None:
            folder.send(command)
        processes.append(Forked(folder))
        begin.last = processes[-1]
        return folder

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def wait_for(folder: RunFolder, met: Callable[[Status], bool]) -> Status:
    deadline = time.monotonic() + PATIENCE
    while not met(status := folder.status()):
        assert time.monotonic() < deadline, f"nothing happened: {status}"
        time.sleep(0.02)
    return status


def reached(folder: RunFolder, step: int) -> None:
    """Wait until a step was logged."""
    deadline = time.monotonic() + PATIENCE
    while not any(line["step"] >= step for line in folder.lines()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@cache
def unbroken(steps: int) -> TrainingState:
    asked = request(steps)
    state = TrainingState.new(asked.task, asked.config, asked.recipe)
    for _ in train(state, TASK, *asked.vocabularies()):
        pass
    return state


def same_weights(one: TrainingState, other: TrainingState) -> bool:
    pairs = zip(one.model.parameters(), other.model.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_a_run_trains_logs_films_and_leaves_a_model(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(request())
    subprocess.run([sys.executable, "-m", "core.lab", str(folder.path)], cwd=ROOT, check=True)
    status = folder.status()
    assert (status.phase, status.step) == ("finished", 30)
    examined = [line for line in folder.lines() if "exact" in line]
    assert examined[0]["step"] == 0 and examined[-1]["step"] == 30
    assert all(0 <= line["exact"] <= 1 and 0 <= line["teacher_forced"] <= 1 for line in examined)
    assert [line["step"] for line in folder.lines()] == sorted({line["step"] for line in folder.lines()})
    model, metadata = checkpoint.load(folder.model)
    assert (metadata.title, metadata.task, metadata.training["steps"]) == ("Test", "copy", 30)
    assert metadata.scores["split"] == "test" and model.config == request().config
    frames = [film.load(path) for path in sorted(folder.film.glob("*.safetensors"))]
    assert [frame.step for frame in frames] == [line["step"] for line in examined]
    length = max(len(each.source) for each in TASK.examples())
    assert all(frame.weights["cross"].shape == (1, 2, length + 1, length) for frame in frames)
    assert frames[0].weights["cross"].float().sum(-1).allclose(torch.ones(1, 2, length + 1), atol=1e-2)


def test_pausing_stepping_and_resuming_change_nothing(start) -> None:
    folder = start(request(40), command="pause")
    paused = wait_for(folder, lambda status: status.phase == "paused")
    for _ in range(3):
        step = folder.status().step
        folder.send("step")
        wait_for(folder, lambda status, step=step: status.step > step)
    assert folder.status().step == paused.step + 3 and folder.status().phase == "paused"
    folder.send("resume")
    wait_for(folder, lambda status: status.phase == "finished")
    assert same_weights(TrainingState.load(folder.state), unbroken(40))


def test_a_step_that_is_asked_for_as_soon_as_the_last_is_told_is_made(tmp_path: Path, monkeypatch) -> None:
    folder, told = RunFolder(tmp_path / "run"), []
    folder.create(request(4))
    worker = Worker(folder, request(4), lab_command.begin(folder, request(4)), Limits())

    def write_status(_: float) -> None:
        assert worker.state.step not in told, "the step was not made"
        told.append(worker.state.step)
        folder.send("step")

    monkeypatch.setattr(worker, "write_status", write_status)
    assert worker.work() == "finished"
    assert told == [1, 2, 3, 4]


def test_a_killed_run_goes_on_from_what_it_saved_last(start, monkeypatch) -> None:
    folder = start(request(40), command="pause")
    wait_for(folder, lambda status: status.phase == "paused")
    folder.send("step")
    wait_for(folder, lambda status: status.step == 2)
    os.kill(start.last.pid, signal.SIGKILL)
    start.last.wait()
    saved = TrainingState.load(folder.state).step
    folder.append({"step": saved + 100, "loss": 0.0})
    start(command="resume")
    wait_for(folder, lambda status: status.phase == "finished")
    assert same_weights(TrainingState.load(folder.state), unbroken(40))
    assert [line["step"] for line in folder.lines()] == sorted({line["step"] for line in folder.lines()})


def test_a_stopped_run_leaves_a_model_and_can_go_on(start) -> None:
    folder = start(request(20_000))
    reached(folder, 2)
    folder.send("stop")
    status = wait_for(folder, lambda status: status.over)
    assert status.phase == "stopped" and 0 < status.step < 20_000
    assert checkpoint.read_metadata(folder.model).training["steps"] == status.step
    start(command="resume")
    reached(folder, status.step + 1)


def test_a_command_that_comes_while_the_process_starts_is_obeyed(start) -> None:
    folder = start(request(20_000), command="stop")
    assert wait_for(folder, lambda status: status.over).phase == "stopped"


def test_a_run_whose_visitor_has_gone_ends_saved(start) -> None:
    folder = start(request(20_000))
    reached(folder, 2)
    long_ago = time.time() - 2 * GONE_SECONDS
    os.utime(folder.path / "beat", (long_ago, long_ago))
    status = wait_for(folder, lambda status: status.over)
    assert status.phase == "left" and TrainingState.load(folder.state).step == status.step


def test_a_run_begins_with_the_weights_of_another(start) -> None:
    first = start(request(30), "first")
    wait_for(first, lambda status: status.phase == "finished")
    second = start(request(1, start_from="first"), "second")
    wait_for(second, lambda status: status.phase == "finished")
    losses = [TrainingState.load(folder.state).losses for folder in (first, second)]
    assert abs(losses[1][0] - losses[0][-1]) < abs(losses[1][0] - losses[0][0])


def test_what_cannot_be_trained_says_why(start) -> None:
    folder = start(request(task="no such task"))
    status = wait_for(folder, lambda status: status.over)
    assert status.phase == "failed" and "no such task" in str(status.message)


def test_a_request_is_read_as_it_was_written() -> None:
    asked = request(pairs=(("a", "b"), ("ü", "“c”")))
    assert Request.from_json(asked.to_json()) == asked
    for text in ("[]", "{}", json.dumps({"title": "x"})):
        with pytest.raises(ValueError):
            Request.from_json(text)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (request(50_000), "steps may be at most 20,000 here, asked for 50,000"),
        (request(recipe=Recipe(batch_tokens=9_000)), "batch_tokens may be at most 8,000"),
        (request(config=ModelConfig(source_vocab_size=9, target_vocab_size=9, d_model=512)), "2,000,000 parameters"),
    ],
)
def test_too_much_is_refused_with_the_numbers(asked: Request, sentence: str) -> None:
    with pytest.raises(TooMuch, match=sentence):
        asked.check(Limits())
    request().check(Limits())


def test_a_silent_process_has_left(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(request())
    folder.write_status(Status("running", 7))
    os.utime(folder.path / "status.json", (0, 0))
    with folder.claim():
        assert folder.status() == Status("running", 7)  # it is just slow
    assert folder.status() == Status("left", 7)


def test_who_looks_whether_a_run_is_taken_neither_takes_it_nor_is_mistaken_for_its_process(tmp_path: Path) -> None:
    folder, over, mistaken = RunFolder(tmp_path), threading.Event(), []
    folder.claim().close()

    def look() -> None:
        while not over.is_set():
            mistaken.append(folder.is_claimed())

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    while len(mistaken) < 200:
        time.sleep(0.001)
    over.set()
    for thread in threads:
        thread.join()
    assert not any(mistaken)
    with (tmp_path / "claim").open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.05, lambda: fcntl.flock(looking, fcntl.LOCK_UN)).start()
        with folder.claim():
            assert folder.is_claimed()


@pytest.mark.parametrize("what", ("status", "state", "model", "log"))
def test_a_process_that_cannot_write_ends_with_a_code_that_says_so(tmp_path: Path, monkeypatch, what: str) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(request(3))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device") if what in ("status", "log") else SafetensorError("full")

    place, name = {
        "status": (RunFolder, "write_status"), "log": (RunFolder, "append"), "state": (TrainingState, "save"),
        "model": (checkpoint, "save"),
    }[what]  # fmt: skip
    monkeypatch.setattr(place, name, full)
    monkeypatch.setattr("os.nice", lambda _: 0)
    monkeypatch.setattr("sys.argv", ["core.lab", str(folder.path)])
    with pytest.raises(SystemExit) as ended:
        lab_command.main()
    assert ended.value.code == NOT_WRITTEN and folder.status().phase != "finished"
    assert not folder.is_claimed()


def test_a_folder_that_goes_is_not_made_again(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(request(3))
    worker = Worker(folder, request(3), lab_command.begin(folder, request(3)), Limits())
    shutil.rmtree(folder.path)
    with pytest.raises((OSError, SafetensorError)):
        worker.save()
    assert not folder.path.exists()


def test_what_a_killed_process_left_half_written_goes_when_the_next_begins(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(request(3))
    remnants = ["run.state.0123.partial", ".tmpAbCdEf", "film/.tmpAbCdEf", "film/0000001.safetensors.0123.partial"]
    for name in remnants:
        (folder.path / name).write_text("half")
    lab_command.work_on(folder)
    assert folder.status().phase == "finished"
    assert not [name for name in remnants if (folder.path / name).exists()]


def test_a_model_that_was_trained_without_a_mask_says_so(tmp_path: Path) -> None:
    for name, masks in (("with", {}), ("without", {"causal_mask": False, "padding_mask": False})):
        folder = RunFolder(tmp_path / name)
        folder.create(request(recipe=replace(request(3).recipe, **masks)))
        lab_command.work_on(folder)
        said = checkpoint.read_metadata(folder.model).training
        assert {mask: said[mask] for mask in ("causal_mask", "padding_mask") if mask in said} == masks


def test_frames_grow_further_apart_and_hold_the_first_and_last_step() -> None:
    steps = list(film.frame_steps(20_000))
    gaps = [later - earlier for earlier, later in pairwise(steps[:-1])]
    assert steps[0] == 0 and steps[-1] == 20_000 and len(steps) < 120
    assert gaps == sorted(gaps) and gaps[0] == 1


def test_token_accuracy_counts_what_is_predicted_right_given_the_reference() -> None:
    asked = request()
    state = TrainingState.new(asked.task, asked.config, asked.recipe)
    examples, vocabs, model = TASK.held_out("dev", 2), asked.vocabularies(), state.model.eval()
    right = count = 0
    for example in examples:
        target = [*vocabs[1].encode(example.target), 2]
        logits = model(torch.tensor([vocabs[0].encode(example.source)]), torch.tensor([[1, *target[:-1]]]))[0]
        right += sum(int(row.argmax()) == token for row, token in zip(logits, target, strict=True))
        count += len(target)
    assert token_accuracy(model, TASK, vocabs, examples, Recipe()) == pytest.approx(right / count)
