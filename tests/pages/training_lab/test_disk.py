"""A disk that does not take what a visitor makes: said in a sentence, without a path, and nothing is lost by it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import checkpoint
from core.run import models
from pages.shared import page as page_helper
from pages.training_lab import drafts, upload, visitor_runs, workshop
from tests.pages.conftest import APP
from tests.pages.training_lab.test_page import lab, press
from tests.pages.training_lab.test_pairs import TINY, paste, send
from tests.pages.training_lab.test_upload import saved

SENTENCES = {errno.ENOSPC: "disk is full", errno.EROFS: "may not write", errno.EIO: "reports an error"}


@pytest.fixture
def spoil(monkeypatch) -> Callable[[int], None]:
    """Return a function after which no file can be written any more; an error's own text names the file, as always."""

    def from_now_on(number: int) -> None:
        def refuse(path, *_, **__):
            raise OSError(number, os.strerror(number), str(path))

        monkeypatch.setattr(Path, "write_text", refuse)
        monkeypatch.setattr(Path, "write_bytes", refuse)
        monkeypatch.setattr(checkpoint, "save_file", lambda tensors, path, **_: refuse(path))

    return from_now_on


def check(page, visitor: str, sentence: str) -> None:
    """Check that the page says so, and no secret."""
    assert not page.at.exception
    assert sentence in page.said
    assert visitor not in page.said and str(models.RUNS) not in page.said


def bring(page, data: bytes):
    """Upload a model."""
    drawn = next(each for each in page.at.file_uploader if each.key == "lab-upload")
    drawn.set_value(("mine.safetensors", data, "application/octet-stream")).run()
    return page


@pytest.mark.parametrize("number", SENTENCES)
def test_pairs_that_cannot_be_kept_leave_those_that_were_there(visit, visitor, spoil, number):
    page = paste(lab(visit, visitor, TINY), "my work")
    paste(page, "my later work")
    spoil(number)
    acts = {
        "paste": lambda: page.control("text_area", "lab_pairs").set_value("more").run(),
        "file": lambda: send(page, b"a,b\n" * 30),
        "example": lambda: press(page, "lab-pairs-plurals"),
        "heading": lambda: page.control("toggle", "lab_heading").set_value(True).run(),
    }
    for name, act in acts.items():
        act()
        check(page, visitor, SENTENCES[number])
        assert "The earlier pairs are still there" in page.said, name
        assert page.control("text_area", "lab_pairs").value == "my later work", name
        assert page.control("toggle", "lab_heading").value is False
    assert sorted(path.name for path in (models.RUNS / visitor).iterdir()) == ["pairs-before.json", "pairs.json"]


def test_pairs_that_cannot_be_brought_back_stay(visit, visitor, monkeypatch):
    page = paste(paste(lab(visit, visitor, TINY), "my work"), "my later work")

    def refuse(path, *_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "replace", refuse)
    press(page, "lab-pairs-undo")
    check(page, visitor, "may not write")
    assert page.control("text_area", "lab_pairs").value == "my later work"


def test_a_folder_of_runs_that_is_none_breaks_neither_pairs_nor_uploads(visit, visitor, tmp_path, monkeypatch):
    """Nobody can write below a file, not even who may write everywhere."""
    (tmp_path / "file").write_text("no folder")
    for module in (models, visitor_runs, upload, workshop):
        monkeypatch.setattr(module, "RUNS", tmp_path / "file")
    page = lab(visit, visitor, TINY)
    page.control("text_area", "lab_pairs").set_value("a,b").run()
    check(page, visitor, "may not write")
    bring(page, saved(tmp_path))
    check(page, visitor, "Nothing of it remains")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"text": 1, "of": "a later version"}'])
def test_pairs_that_cannot_be_read_again_are_asked_for_anew(visit, visitor, text):
    paste(lab(visit, visitor, TINY), "my work")
    (models.RUNS / visitor / drafts.NOW).write_text(text)
    page = lab(visit, visitor, TINY)
    check(page, visitor, "paste or upload them again")
    paste(page, "my new work")
    assert drafts.reading_of(visitor).draft.text == "my new work"


@pytest.mark.parametrize("number", SENTENCES)
def test_a_model_that_cannot_be_kept_is_said_to_be_so_and_leaves_nothing(visit, visitor, spoil, number, tmp_path):
    data = saved(tmp_path)
    for _ in range(visitor_runs.MOST_RUNS):
        upload.take_in(visitor, data)
    before = [run.id for run in visitor_runs.runs_of(visitor)]
    page = lab(visit, visitor, TINY)
    spoil(number)
    bring(page, data)
    check(page, visitor, SENTENCES[number])
    assert [run.id for run in visitor_runs.runs_of(visitor)] == before
    assert len(list((models.RUNS / visitor).iterdir())) == len(before)


def test_a_full_disk_is_told_from_other_errors_by_what_safetensors_says(tmp_path, monkeypatch):
    def full(tensors, path, **_):
        path.write_bytes(b"some of it")
        text = f'Error while serializing: I/O error: No space left on device (os error 28) at path "{path}"'
        raise checkpoint.SafetensorError(text)

    data = saved(tmp_path)
    (tmp_path / "x.safetensors").write_bytes(data)
    model, metadata = checkpoint.load(tmp_path / "x.safetensors")
    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError) as refused:
        checkpoint.save(tmp_path / "x.safetensors", model, metadata)
    assert refused.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]
    assert (tmp_path / "x.safetensors").read_bytes() == data


def test_a_model_of_ones_own_that_was_cut_off_breaks_no_page(visit, visitor, tmp_path):
    whole, cut = upload.take_in(visitor, saved(tmp_path)), upload.take_in(visitor, saved(tmp_path))
    page = lab(visit, visitor, f"run={cut}&after={cut}")
    page.at.session_state["app"].choose_model(next(run.model for run in visitor_runs.runs_of(visitor) if run.id == cut))
    page.at.session_state["app"].pinned = page.at.session_state["app"].spec
    path = models.RUNS / visitor / cut / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-50])
    for place in ("training_lab", "decode", "evidence"):
        page.at.switch_page(f"pages/{place}/page.py").run()
        assert not page.at.exception and str(tmp_path) not in page.said, place
    assert "no longer exists" in page.said or page.at.session_state["app"].pinned is None
    assert [name.split("-")[1] for name in models.own(visitor)] == [whole]


def test_what_nobody_foresaw_shows_no_folder_either(monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "/a folder/of a visitor")

    monkeypatch.setattr(page_helper, "identify_visitor", fail)
    (shown,) = AppTest.from_file(APP, default_timeout=60).run().exception
    assert "folder" not in shown.message and not shown.stack_trace
