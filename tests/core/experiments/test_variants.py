"""Variants: each differs from the first in what its options say alone, and what is finished is not done again."""

import json
import subprocess
from pathlib import Path

import pytest

from core import checkpoint, paths
from core.config import ModelConfig
from core.evaluation import evidence
from core.experiments import variants
from core.experiments.variants import VARIANTS, Variant, summary
from core.training.__main__ import given, parse
from core.training.recipe import Recipe


def made(variant: Variant, monkeypatch: pytest.MonkeyPatch, seed: int = 1) -> tuple[Recipe, ModelConfig]:
    """Read a variant's command as the training command would."""
    monkeypatch.setattr("sys.argv", ["training", *variant.command(seed, Path("runs"))])
    options = parse()
    return Recipe(**given(options, Recipe)), ModelConfig(
        source_vocab_size=9, target_vocab_size=9, **given(options, ModelConfig)
    )


def test_one_recipe_for_all_and_no_two_models_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes, configs = zip(*(made(variant, monkeypatch) for variant in VARIANTS), strict=True)
    assert len(set(recipes)) == 1 and len(set(configs)) == len(VARIANTS)
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)


def test_each_variant_differs_from_the_first_in_its_options_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    base = made(VARIANTS[0], monkeypatch)[1].to_dict()
    for variant in VARIANTS[1:]:
        changed = made(variant, monkeypatch)[1].to_dict()
        differing = {name for name in base if base[name] != changed[name]}
        named = {word.removeprefix("--no-").removeprefix("--").replace("-", "_") for word in variant.options.split()}
        assert differing and differing <= named | {"head_width"}, variant.name


def test_the_seed_reaches_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [made(VARIANTS[0], monkeypatch, seed)[0].seed for seed in (1, 5)] == [1, 5]


def test_mean_and_spread_are_those_of_the_seeds() -> None:
    row = summary(VARIANTS[0], [1, 2, 3], [{"conditions": {"as trained": share}} for share in (0.9, 0.94, 0.98)])
    assert row["mean"] == pytest.approx(0.94) and row["spread"] == pytest.approx(0.04)
    assert row["exact"] == [0.9, 0.94, 0.98]


def test_finished_models_are_scored_and_shipped_and_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped, kept = tmp_path / "checkpoints", tmp_path / "runs"
    shipped.mkdir()
    kept.mkdir()
    trained = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess:
        name = command[command.index("--name") + 1]
        trained.append(name)
        path = paths.CHECKPOINTS / "dates-no-position.safetensors"
        (kept / f"{name}.safetensors").write_bytes(path.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("sys.argv", ["variants", "--only", "small", "--runs", str(kept), "--per-group", "1"])
    variants.main()
    assert sorted(trained) == ["small-seed1", "small-seed2", "small-seed3"]
    monkeypatch.setattr(paths, "CHECKPOINTS", shipped)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "evidence")
    monkeypatch.setattr("sys.argv", ["variants", "--only", "small", "--runs", str(kept), "--write"])
    variants.main()
    assert len(trained) == 3
    assert [path.name for path in shipped.iterdir()] == ["small.safetensors"]
    metadata = checkpoint.read_metadata(shipped / "small.safetensors")
    told = json.loads((tmp_path / "evidence" / "variants.json").read_text())
    assert told["variants"][0]["exact"][0] == metadata.scores["conditions"]["as trained"]
    assert metadata.name == "small" and "± 0.00%" in capsys.readouterr().out


def test_what_ships_is_there_what_does_not_has_its_scores_and_all_together_keep_to_their_room() -> None:
    scored = {row["name"] for row in evidence.read_evidence("variants")["variants"]}
    for variant in VARIANTS:
        assert (paths.CHECKPOINTS / f"{variant.name}.safetensors").exists() == variant.ships
        assert variant.name in scored
    assert sum(path.stat().st_size for path in paths.CHECKPOINTS.glob("*.safetensors")) <= 60_000_000
