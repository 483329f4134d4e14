"""A folder of models of which some cannot be used: those are left out and told of, and every page opens."""

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import paths
from core.run import models
from tests.pages.test_every_page import PAGES, enter

GOOD = paths.checkpoint_path("dates").read_bytes()
LENGTH = struct.unpack("<Q", GOOD[:8])[0]
HEADER = json.loads(GOOD[8 : 8 + LENGTH])


def with_header(header: dict) -> bytes:
    """Return the good file with another header."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + GOOD[8 + LENGTH :]


def about(**changes: object) -> bytes:
    """Return the good file with other things said of it."""
    said = json.loads(HEADER["__metadata__"]["seq2see"]) | changes
    return with_header(HEADER | {"__metadata__": {"seq2see": json.dumps(said)}})


CONFIG = json.loads(HEADER["__metadata__"]["seq2see"])["config"]
BAD = {
    "empty": (b"", "not a safetensors file"),
    "cut": (GOOD[:-100], "not a safetensors file"),
    "cut-in-its-header": (GOOD[:50], "not a safetensors file"),
    "text": (b"this is no model at all", "not a safetensors file"),
    "long-header": (struct.pack("<Q", 10**9) + GOOD[8:], "not a safetensors file"),
    "long-header-within": (with_header({"__metadata__": {"seq2see": "{" * 10**6}}), "not a safetensors file"),
    "from-elsewhere": (with_header({name: HEADER[name] for name in HEADER if name[0] != "_"}), "this program wrote"),
    "newer": (about(format_version=99), "format version 99"),
    "newer-config": (about(config=CONFIG | {"rotary": True}), "unknown fields"),
    "other-sizes": (about(config=CONFIG | {"d_ff": 32}), "do not fit"),
    "half-a-character": (about(title="\ud800"), "lone surrogate"),
    "of-another-task": (about(task="poetry"), "an unknown task"),
    "odd-scores": (about(scores={"conditions": "none"}), "scores"),
    "odd-training": (about(training={"seconds": "many"}), "scores"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """Let the models lie in an empty folder."""
    place = tmp_path / "a folder of models"
    place.mkdir()
    monkeypatch.setattr(paths, "CHECKPOINTS", place)
    models.catalogue.cache_clear()
    yield place
    models.catalogue.cache_clear()


@pytest.fixture
def spoilt(folder: Path) -> Path:
    """Return a folder with one good model, and every kind of file that is none."""
    for name, (data, _) in BAD.items():
        (folder / f"{name}.safetensors").write_bytes(data)
    (folder / "a-folder.safetensors").mkdir()
    os.mkfifo(folder / "a-pipe.safetensors")
    (folder / "gone.safetensors").symlink_to(folder / "nowhere")
    (folder / "dates.safetensors").write_bytes(GOOD)
    return folder


def test_evidence_says_which_files_are_left_out_and_why(visit, spoilt):
    page = enter(visit, "evidence")
    sentences = {line.split(" ")[0]: line for line in page.said.splitlines() if "is not among the models: " in line}
    assert set(sentences) == {path.name for path in spoilt.iterdir()} - {"dates.safetensors"}
    for name, (_, why) in BAD.items():
        assert why in sentences[f"{name}.safetensors"], name
        assert len(sentences[f"{name}.safetensors"]) < 300
    assert str(spoilt) not in page.said and str(spoilt.parent) not in page.said


@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens_beside_what_is_left_out(visit, spoilt, place):
    page = enter(visit, place)
    assert models.default_model() == "dates"
    captions = "\n".join(each.value for each in page.at.sidebar.caption)
    if place not in ("training_lab", "self_attention", "lessons", "questions", "bugs"):  # which show none of them
        assert all(f"{name}.safetensors" in captions for name in BAD), place


@pytest.mark.parametrize("place", PAGES)
def test_a_folder_without_models_is_told_of(visit, folder, place):
    (folder / "broken.safetensors").write_bytes(b"broken")
    page = visit("", place)
    assert "contains no usable model" in page.said and "broken.safetensors is not among" in page.said
    assert str(folder) not in page.said
