"""Checkpoints: what goes in comes out, and what is not a checkpoint gets one clear sentence."""

import json
import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core.checkpoint import FORMAT_VERSION, KEY, CheckpointError, Metadata, load, read_metadata, save
from core.config import ModelConfig
from core.model import Transformer
from tests.core import tiny
from tests.core.tiny import ids

KINDS = {
    "paper": {},
    "untied": {"tying": "none"},
    "all tied": {"tying": "all", "target_vocab_size": 17},
    "everything odd": {
        "score": "additive", "position": "learned", "wiring": "mixed", "norm_order": "pre", "final_norm": True,
    },
    "length": {"decoder": "length"},
    "no norm": {"layer_norm": False},
}  # fmt: skip
kinds = pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS.keys())


def metadata(config: ModelConfig) -> Metadata:
    return Metadata(
        name="tiny",
        title="Tiny “é” 日",
        task="copy",
        config=config,
        source_symbols=tuple(f"s{i}" for i in range(config.source_vocab_size - 4)),
        target_symbols=tuple(f"t{i}" for i in range(config.target_vocab_size - 4)),
        training={"seed": 1, "command": "python -m …"},
        scores={"conditions": {"as trained": 0.5}},
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tiny.safetensors"


@pytest.fixture
def saved(path: Path) -> Path:
    built = tiny.model(dtype=torch.float32)
    save(path, built, metadata(built.config))
    return path


@kinds
def test_round_trip(path: Path, changes: dict) -> None:
    built = tiny.model(dtype=torch.float32, **changes)
    save(path, built, metadata(built.config))
    loaded, read = load(path)
    assert read == metadata(built.config) == read_metadata(path)
    assert loaded.config == built.config
    assert not loaded.training and not any(parameter.requires_grad for parameter in loaded.parameters())
    before, after = dict(built.named_parameters()), dict(loaded.named_parameters())
    assert before.keys() == after.keys()
    for name, parameter in before.items():
        assert after[name].dtype == torch.float32
        assert torch.equal(after[name], parameter.half().float()), name
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.copy_(parameter.half().float())
    source, target = ids(5, 7), ids(6, 6, seed=1)
    assert torch.equal(built(source, target), loaded(source, target))


@kinds
def test_rounding_is_all_that_a_checkpoint_changes(path: Path, changes: dict) -> None:
    built = tiny.model(dtype=torch.float32, **changes)
    save(path, built, metadata(built.config), dtype=torch.float32)
    loaded, _ = load(path)
    assert torch.equal(built(ids(5, 7), ids(6, 6, seed=1)), loaded(ids(5, 7), ids(6, 6, seed=1)))


def test_ties_survive_and_shared_weights_are_stored_once(path: Path) -> None:
    for changes, stored in ((KINDS["all tied"], 1), (KINDS["paper"], 2), (KINDS["untied"], 3)):
        built = tiny.model(dtype=torch.float32, **changes)
        save(path, built, metadata(built.config))
        with safe_open(path, "pt") as file:
            tables = [name for name in file.keys() if "embedding" in name or name == "output.weight"]  # noqa: SIM118
        assert len(tables) == stored
        loaded, _ = load(path)
        assert (loaded.output.weight is loaded.target_embedding.weight) == (stored < 3)
        assert (loaded.source_embedding.weight is loaded.target_embedding.weight) == (stored == 1)


def test_saving_replaces_only_with_a_whole_file(saved: Path) -> None:
    assert sorted(os.listdir(saved.parent)) == ["tiny.safetensors"]
    before = saved.read_bytes()
    with pytest.raises(AttributeError):
        save(saved, None, metadata(tiny.config()))  # type: ignore[arg-type]
    assert saved.read_bytes() == before


def test_an_own_initialisation_does_not_leak_into_what_is_loaded(saved: Path) -> None:
    one, _ = load(saved)
    two, _ = load(saved)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))


def refused(path: Path, *words: str) -> None:
    """Expect one CheckpointError, of one sentence, that says these words."""
    with pytest.raises(CheckpointError) as caught:
        load(path)
    message = str(caught.value)
    assert len(message) < 400 and "Traceback" not in message
    for word in words:
        assert word in message, message


def rewrite(path: Path, change, tensors: dict | None = None) -> None:
    """Write the checkpoint again with other metadata."""
    with safe_open(path, "pt") as file:
        header = json.loads(file.metadata()[KEY])
        tensors = {name: file.get_tensor(name) for name in file.keys()} if tensors is None else tensors  # noqa: SIM118
    header = change(header)
    save_file(tensors, path, {KEY: header if isinstance(header, str) else json.dumps(header)})


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 64, b"{" * 5000, os.urandom(5000), b"\xff" * 8])
def test_not_a_safetensors_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, "tiny.safetensors", "not a safetensors file")


@pytest.mark.parametrize("share", (0.0001, 0.1, 0.5, 0.999))
def test_a_truncated_file(saved: Path, share: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    refused(saved, "not a safetensors file")


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.safetensors", "nowhere.safetensors")
    refused(tmp_path)


def test_a_renamed_pickle_is_not_even_looked_into(path: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    torch.save({"model": Bomb()}, path)
    refused(path, "not a safetensors file")
    assert not (tmp_path / "exploded").exists()


def test_somebody_elses_safetensors(path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, path)
    refused(path, "not one that this program wrote")
    save_file({"weight": torch.zeros(3)}, path, {"format": "pt"})
    refused(path, "not one that this program wrote")


def test_subwords_travel_along(path: Path) -> None:
    built = tiny.model(dtype=torch.float32)
    about = metadata(built.config)
    scores = (None, *(-0.5 * number for number in range(1, len(about.source_symbols))))
    save(path, built, replace(about, piece_scores=scores))
    read = read_metadata(path)
    assert read == replace(about, piece_scores=scores) and about.subwords is None
    assert (read.subwords.pieces, read.subwords.scores) == (about.source_symbols[1:], scores[1:])
    assert read.subwords.cut("s1s2") == about_cut("s1s2", read.subwords.pieces)


def about_cut(text: str, pieces: tuple[str, ...]) -> list[str]:
    """Cut by hand: two symbols, and the mark of a word, which is no symbol here."""
    return ["▁", *(piece for piece in pieces if piece in (text[:2], text[2:]))]


def test_a_file_of_the_first_version_which_knew_no_subwords_still_loads(saved: Path) -> None:
    rewrite(saved, lambda header: {k: v for k, v in (header | {"format_version": 1}).items() if k != "piece_scores"})
    assert load(saved)[1] == metadata(tiny.config())


@pytest.mark.parametrize("scores", ([-1.0], ["x"] * 13, [[]] * 13, [float("nan")] * 13, "many", 5))
def test_scores_that_do_not_fit_the_pieces(saved: Path, scores: object) -> None:
    rewrite(saved, lambda header: {**header, "piece_scores": scores})
    refused(saved)


@pytest.mark.parametrize("version", (0, FORMAT_VERSION + 1, "1", None))
def test_another_format_version(saved: Path, version: object) -> None:
    rewrite(saved, lambda header: {**header, "format_version": version})
    refused(saved, "version", str(version), str(FORMAT_VERSION))


@pytest.mark.parametrize("side", ("source", "target"))
def test_a_vocabulary_of_the_wrong_size(saved: Path, side: str) -> None:
    rewrite(saved, lambda header: {**header, f"{side}_symbols": ["a", "b"]})
    refused(saved, f"{side} vocabulary has 6 symbols", "17" if side == "source" else "13")


def test_a_vocabulary_with_a_symbol_twice(saved: Path) -> None:
    rewrite(saved, lambda header: {**header, "target_symbols": ["a"] * 9})
    refused(saved, "twice")


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "3", "null", "{}", '{"format_version": 1}', '"text"', "[" * 100_000, '{"a":' * 100_000],
    ids=lambda text: text[:20],
)
def test_metadata_that_is_nothing_of_ours(saved: Path, text: str) -> None:
    rewrite(saved, lambda header: text)
    refused(saved)


@pytest.mark.parametrize("name", ("name", "title", "task", "config", "source_symbols", "format_version"))
def test_incomplete_metadata(saved: Path, name: str) -> None:
    rewrite(saved, lambda header: {key: value for key, value in header.items() if key != name})
    refused(saved, name)


@pytest.mark.parametrize("name", ("name", "title", "task", "training", "scores"))
@pytest.mark.parametrize("value", (None, 3, ["text"] * 1000), ids=("null", "number", "list"))
def test_metadata_of_the_wrong_type(saved: Path, name: str, value: object) -> None:
    rewrite(saved, lambda header: {**header, name: value})
    refused(saved, f"{name} must be a {'dict' if name in ('training', 'scores') else 'str'}")


def test_metadata_with_more_in_it_than_we_know(saved: Path) -> None:
    rewrite(saved, lambda header: {**header, "colour": "red"})
    refused(saved, "colour")


@pytest.mark.parametrize(
    "changes",
    [
        {"d_model": 0},
        {"d_model": -14},
        {"d_model": "14"},
        {"d_model": 14.0},
        {"d_model": 16},
        {"num_heads": 5},
        {"head_width": 2.5},
        {"head_width": "5"},
        {"head_width": [5]},
        {"score": "magic"},
        {"score": ["dot"]},
        {"score": {}},
        {"dropout": 2},
        {"dropout": None},
        {"d_ff": 10**9},
        {"d_model": 10**12},
        {"num_encoder_layers": 10**9},
        {"max_source_len": 10**12},
        {"max_target_len": 10**12},
        {"d_ff": 10**30},
        {"num_encoder_layers": 2},
        {"num_decoder_layers": 3},
        {"tying": "none"},
        {"final_norm": True},
        {"position": "learned"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_config_nonsense(saved: Path, changes: dict) -> None:
    """Whatever a stranger wrote into the configuration, it costs neither memory nor time to refuse it."""
    rewrite(saved, lambda header: {**header, "config": {**header["config"], **changes}})
    refused(saved)


@pytest.mark.parametrize("config", (None, [], 3, "text", {}))
def test_a_config_that_is_none(saved: Path, config: object) -> None:
    rewrite(saved, lambda header: {**header, "config": config})
    refused(saved)


def test_weights_that_do_not_fit(saved: Path) -> None:
    with safe_open(saved, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    name = "encoder.1.ffn.in_proj.weight"
    for wrong, words in (
        ({**tensors, name: torch.zeros(14, 11)}, (name, "(11, 14)", "(14, 11)")),
        ({other: tensor for other, tensor in tensors.items() if other != name}, (name, "expected (11, 14)", "nothing")),
        ({**tensors, "extra": torch.zeros(3)}, ("extra", "(3,)")),
        ({}, ("output_bias",) if not tensors else ()),
    ):
        rewrite(saved, lambda header: header, wrong)
        refused(saved, "do not fit" if wrong else "", *words)


def test_metadata_can_be_changed_without_touching_the_weights(saved: Path) -> None:
    loaded, read = load(saved)
    save(saved, loaded, replace(read, scores={"conditions": {"as trained": 0.75}}))
    again, read_again = load(saved)
    assert read_again.scores == {"conditions": {"as trained": 0.75}}
    states = loaded.state_dict().values(), again.state_dict().values()
    assert all(torch.equal(a, b) for a, b in zip(*states, strict=True))


def test_the_header_is_readable_json(saved: Path) -> None:
    content = saved.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][KEY])
    assert header["format_version"] == FORMAT_VERSION
    assert header["config"]["d_model"] == 14
    assert header["title"] == "Tiny “é” 日"
    assert isinstance(Transformer(ModelConfig.from_dict(header["config"])), Transformer)
