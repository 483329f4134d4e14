"""Models that visitors bring along: one that was downloaded here is as before, all else is refused with a sentence."""

import json
import pickle
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core import checkpoint
from core.config import ModelConfig
from core.model import Transformer
from core.run import models
from pages.training_lab import upload, visitor_runs

VISITOR = "0123456789abcdef" * 2
SYMBOLS = tuple("abcdefghij")


def about(**changes) -> checkpoint.Metadata:
    config = ModelConfig(
        source_vocab_size=14, target_vocab_size=14, d_model=16, num_heads=2, d_ff=16, num_encoder_layers=1,
        num_decoder_layers=1,
    )  # fmt: skip
    plain = checkpoint.Metadata(
        name="x", title="Mine", task="copy", config=config, source_symbols=SYMBOLS, target_symbols=SYMBOLS,
        training={"steps": 7, "longest_source": "many"}, scores={"conditions": "none"},
    )  # fmt: skip
    return replace(plain, **changes)


def saved(folder: Path, spoil=None, **changes) -> bytes:
    metadata = about(**changes)
    model = Transformer(metadata.config, torch.Generator().manual_seed(1))
    if spoil is not None:
        with torch.no_grad():
            next(model.parameters()).view(-1)[0] = spoil
    checkpoint.save(folder / "x.safetensors", model, metadata)
    return (folder / "x.safetensors").read_bytes()


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch) -> Path:
    """Let runs lie apart."""
    for module in (models, visitor_runs, upload):
        monkeypatch.setattr(module, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"


def test_a_model_comes_back_with_the_same_weights(tmp_path):
    data = saved(tmp_path)
    name = upload.take_in(VISITOR, data)
    (run,) = visitor_runs.runs_of(VISITOR)
    assert (run.id, run.status.phase, run.request.title) == (name, "finished", "Uploaded · Mine")
    before, _ = checkpoint.load(tmp_path / "x.safetensors")
    after = models.model(run.model)
    assert all(torch.equal(a, b) for a, b in zip(before.parameters(), after.parameters(), strict=True))
    assert models.own(VISITOR)[run.model].training["steps"] == 7
    assert "longest_source" not in models.own(VISITOR)[run.model].training and not models.own(VISITOR)[run.model].scores


def bad_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    good = saved(folder)
    length = struct.unpack("<Q", good[:8])[0]
    header = json.loads(good[8 : 8 + length])
    name = next(key for key in header if key != "__metadata__")
    other = json.dumps(header | {name: header[name] | {"shape": [1, 1]}}).encode()
    wrong = json.loads(header["__metadata__"]["seq2see"])
    wrong["config"]["d_ff"] = 32
    shapes = json.dumps(header | {"__metadata__": {"seq2see": json.dumps(wrong)}}).encode()
    return {
        "empty": (b"", "not a safetensors file"),
        "text": (b"hello, this is no model at all", "not a safetensors file"),
        "a pickle renamed": (pickle.dumps({"weights": [1.0] * 100}), "not a safetensors file"),
        "truncated": (good[:-100], "not a safetensors file"),
        "a header of a gigabyte claimed": (struct.pack("<Q", 10**9) + good[8:], "not a safetensors file"),
        "a shape that is not its bytes": (struct.pack("<Q", len(other)) + other + good[8 + length :], "not a safe"),
        "shapes that do not match": (struct.pack("<Q", len(shapes)) + shapes + good[8 + length :], "do not fit"),
        "not a number": (saved(folder, spoil=torch.nan), "not numbers"),
        "infinite": (saved(folder, spoil=torch.inf), "not numbers"),
        "another task": (saved(folder, task="poetry"), "an unknown task"),
        "too large": (bytes(10**7 + 1), "10.0 MB"),
    }


def test_what_is_no_model_of_ours_is_refused_with_a_sentence_and_leaves_nothing(tmp_path, runs):
    for kind, (data, sentence) in bad_files(tmp_path).items():
        with pytest.raises(ValueError) as refused:
            upload.take_in(VISITOR, data)
        assert sentence in str(refused.value), kind
    assert not list(runs.rglob("*.safetensors"))


def with_halves(folder: Path) -> dict[str, bytes]:
    """Return models that say something which JSON can spell and no file can hold."""
    good = saved(folder)
    length = struct.unpack("<Q", good[:8])[0]
    header = json.loads(good[8 : 8 + length])
    said = json.loads(header["__metadata__"]["seq2see"])
    spoilt = {
        "title": {"title": "half of \ud83d"},
        "symbol": {"source_symbols": [*said["source_symbols"][1:], "\udc00"]},
        "training": {"training": said["training"] | {"command": "\ud800"}},
    }
    files = {}
    for kind, changes in spoilt.items():
        text = json.dumps(header | {"__metadata__": {"seq2see": json.dumps(said | changes)}}).encode()
        files[kind] = struct.pack("<Q", len(text)) + text + good[8 + length :]
    return files


def test_what_is_refused_deletes_no_run_and_leaves_no_folder(tmp_path, runs):
    for _ in range(visitor_runs.MOST_RUNS):
        upload.take_in(VISITOR, saved(tmp_path))
    before = sorted(path.name for path in (runs / VISITOR).iterdir())
    refused = {kind: data for kind, (data, _) in bad_files(tmp_path).items()}
    for kind, data in (refused | with_halves(tmp_path)).items():
        with pytest.raises(ValueError):
            upload.take_in(VISITOR, data)
        assert sorted(path.name for path in (runs / VISITOR).iterdir()) == before, kind
    assert len(before) == visitor_runs.MOST_RUNS


@pytest.mark.parametrize("kind", ["title", "symbol", "training"])
def test_half_a_character_is_refused_with_a_sentence(tmp_path, kind):
    with pytest.raises(ValueError, match="lone surrogate"):
        upload.take_in(VISITOR, with_halves(tmp_path)[kind])


def test_one_more_takes_the_oldest_ones_place(tmp_path):
    names = [upload.take_in(VISITOR, saved(tmp_path)) for _ in range(visitor_runs.MOST_RUNS + 1)]
    assert {run.id for run in visitor_runs.runs_of(VISITOR)} == set(names[1:])


def test_too_many_parameters_are_refused(tmp_path):
    config = replace(about().config, d_model=320, d_ff=1280, num_encoder_layers=1)
    with pytest.raises(ValueError, match="at most 2,000,000"):
        upload.read(saved(tmp_path, config=config))
