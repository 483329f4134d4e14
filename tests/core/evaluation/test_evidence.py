"""Evidence is handed out while the models that ship have the weights that were measured, and not otherwise."""

import argparse
import importlib
import json
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core import checkpoint, paths
from core.evaluation.ablation import read_ablations
from core.evaluation.evidence import read_evidence, write_evidence
from core.evaluation.fingerprints import file_fingerprint, weights_fingerprint

KEPT = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths.EVIDENCE.glob("*.json"))}
OF_MODELS = sorted(name for name, data in KEPT.items() if data["weights"])
SHIPPED = sorted(paths.CHECKPOINTS.glob("*.safetensors"))
README = (paths.ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the evidence be a copy."""
    shutil.copytree(paths.EVIDENCE, tmp_path / "evidence")
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "evidence")
    return paths.EVIDENCE


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the models be copies of two that ship."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for name in ("small", "small-all-at-once"):
        shutil.copy(paths.checkpoint_path(name), folder)
    monkeypatch.setattr(paths, "CHECKPOINTS", folder)
    return folder


@pytest.mark.parametrize("name", KEPT)
def test_what_ships_is_handed_out(name: str) -> None:
    assert read_evidence(name) == KEPT[name]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_file_has_the_fingerprint_of_its_model(path: Path) -> None:
    assert file_fingerprint(path) == weights_fingerprint(checkpoint.load(path)[0])


def test_only_what_depends_on_no_weights_names_none() -> None:
    assert set(KEPT) - set(OF_MODELS) == {"all-at-once-time"}


@pytest.mark.parametrize("name", OF_MODELS)
def test_evidence_of_other_weights_is_not_handed_out(name: str, evidence: Path) -> None:
    for model in KEPT[name]["weights"]:
        other = KEPT[name] | {"weights": KEPT[name]["weights"] | {model: "0" * 32}}
        (evidence / f"{name}.json").write_text(json.dumps(other), encoding="utf-8")
        assert read_evidence(name) is None
    (evidence / f"{name}.json").write_text(json.dumps(KEPT[name]), encoding="utf-8")
    assert read_evidence(name) == KEPT[name]


def test_evidence_that_does_not_say_of_which_weights_it_is_is_not_handed_out(evidence: Path) -> None:
    for weights in ({}, {"weights": None}, {"weights": "f39fbace8fbdc6d0bd5cb4fb1e4d38e9"}):
        bare = {key: value for key, value in KEPT["variants"].items() if key != "weights"}
        (evidence / "variants.json").write_text(json.dumps(bare | weights), encoding="utf-8")
        assert read_evidence("variants") is None
    assert read_evidence("nobody-measured-this") is None


def test_a_model_that_changes_loses_its_evidence_and_gets_it_back(checkpoints: Path) -> None:
    assert read_ablations("small") is not None and read_evidence("all-at-once-small-all-at-once") is not None
    file = checkpoints / "small.safetensors"
    before = file.read_bytes()
    file.write_bytes(before[:-2] + bytes((before[-2] ^ 1, before[-1])))
    assert read_ablations("small") is None
    assert read_evidence("all-at-once-small-all-at-once") is None, "its partner is another one"
    file.write_bytes(before)
    assert read_ablations("small") is not None


def test_other_words_about_the_same_weights_change_nothing(checkpoints: Path) -> None:
    model, about = checkpoint.load(checkpoints / "small.safetensors")
    checkpoint.save(checkpoints / "small.safetensors", model, replace(about, title="Other"))
    assert read_ablations("small") is not None


def test_a_model_that_is_not_there_or_cannot_be_read_has_no_evidence(checkpoints: Path) -> None:
    assert read_evidence("beam-widths-spelling") is None
    (checkpoints / "small.safetensors").write_bytes(b"this is no model")
    assert read_ablations("small") is None


def test_what_is_written_is_read_again(evidence: Path) -> None:
    weights = {"small": file_fingerprint(paths.checkpoint_path("small"))}
    write_evidence("mine", "a command", weights, {"rows": ["ü"]})
    assert read_evidence("mine") == {"command": "a command", "weights": weights, "rows": ["ü"]}


def kept_commands() -> set[str]:
    """List every command that evidence and checkpoints keep, with its options."""
    about = [checkpoint.read_metadata(path) for path in SHIPPED]
    return {each["command"] for each in (*KEPT.values(), *(x.training for x in about), *(x.scores for x in about))}


def named_modules() -> set[str]:
    """List every module that a kept command, a text on screen or the README asks to run."""
    texts = [path.read_text(encoding="utf-8") for path in (paths.TEXT / "en").rglob("*.*")]
    sources = [path.read_text(encoding="utf-8") for path in (paths.ROOT / "pages").rglob("*.py")]
    found = re.findall(r"python -m (core\.[\w.]+)", "\n".join((README, *texts, *sources, *kept_commands())))
    return set(found) - {"core.checkpoint"}  # which takes the names of files alone


def main_of(module: str) -> Callable[[], None]:
    """Return what a command runs."""
    place = importlib.import_module(module)
    return getattr(place, "main", None) or importlib.import_module(f"{module}.__main__").main


@pytest.mark.parametrize("module", sorted(named_modules()))
def test_every_command_that_is_named_starts(module: str, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", [module, "--help"])
    with pytest.raises(SystemExit) as ended:
        main_of(module)()
    assert ended.value.code == 0 and f"usage: python -m {module}" in capsys.readouterr().out


@pytest.mark.parametrize("command", sorted(kept_commands()))
def test_every_command_that_is_kept_has_options_that_are_known(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Read(Exception):
        """End a command once its options are read."""

    def read(self, *args, **options):
        parse(self, *args, **options)
        raise Read

    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # which a benchmark sets as it is imported
    module, options = re.fullmatch(r"python -m ([\w.]+)(.*)", command).groups()
    parse = argparse.ArgumentParser.parse_args
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", read)
    monkeypatch.setattr("sys.argv", [module, *shlex.split(options)])
    with pytest.raises(Read):
        main_of(module)()
