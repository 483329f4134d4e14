"""Files are written as a whole or not at all: by two at once, on a full disk, and by whoever saves runs and models."""

from pathlib import Path

import pytest
from safetensors import SafetensorError

from core import checkpoint
from core.files import whole_file, write_whole
from core.lab import RunFolder, Status
from core.training import TrainingState
from core.training import state as state_module
from tests.core.lab.test_lab import request
from tests.faults import FaultyDisk, at_once


def test_two_tabs_that_write_at_once_both_succeed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)

    def write(step: int) -> None:
        for _ in range(200):
            folder.write_status(Status("paused", step))

    assert at_once(lambda: write(1), lambda: write(2)) == []
    assert folder.status() in (Status("paused", 1), Status("paused", 2))
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_two_that_send_a_command_at_once_send_two_commands(tmp_path: Path, monkeypatch) -> None:
    folder, sent = RunFolder(tmp_path), []
    monkeypatch.setattr(RunFolder, "put", lambda self, name, text: sent.append(text))
    monkeypatch.setattr(RunFolder, "command", lambda self: (3, "pause"))  # both have read the same last one
    assert at_once(lambda: folder.send("pause"), lambda: folder.send("stop")) == []
    assert len({text.split(",")[0] for text in sent}) == 2  # a process that heard the first hears the second too


@pytest.mark.parametrize("number", (1, 2, 3))
def test_a_full_disk_leaves_the_last_file_and_no_remnant(tmp_path: Path, monkeypatch, number: int) -> None:
    path = tmp_path / "file.json"
    write_whole(path, "before")
    disk = FaultyDisk(tmp_path, monkeypatch)
    disk.fill(number, lasting=True)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "after")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file.json", "before")]


@pytest.mark.parametrize("kind", ("state", "model"))
def test_what_cannot_be_saved_leaves_what_was_saved_before(tmp_path: Path, monkeypatch, kind: str) -> None:
    asked, path = request(), tmp_path / kind
    state = TrainingState.new(asked.task, asked.config, asked.recipe)
    vocabs = [vocabulary.symbols for vocabulary in asked.vocabularies()]
    about = checkpoint.Metadata(
        name="x", title="x", task="copy", config=asked.config, source_symbols=vocabs[0], target_symbols=vocabs[1]
    )

    def save() -> None:
        state.save(path) if kind == "state" else checkpoint.save(path, state.model, about)

    save()
    before = path.read_bytes()

    def torn(tensors, file, metadata) -> None:
        Path(file).write_bytes(b"half")
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    for module in (state_module, checkpoint):
        monkeypatch.setattr(module, "save_file", torn)
    with pytest.raises(OSError if kind == "model" else SafetensorError, match="No space left on device"):
        save()
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_what_was_interrupted_leaves_no_remnant(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "file") as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
