"""Rewarding: ways differ in the loss alone, go on from the same model, and the table says what its numbers say."""

import json
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths
from core.evaluation.evidence import read_evidence
from core.experiments import reward_training
from core.experiments.policy_gradient import MEASURES, report, summary
from core.experiments.reward_training import EVERY, STEPS, WAYS, before, counted, recipe_of, run
from core.training.__main__ import given, parse
from core.training.recipe import Recipe
from tests.core.tiny_task import TASK


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs be short, of a task that is learned in a second."""
    monkeypatch.setattr(reward_training, "get_task", lambda name: TASK)
    for name, value in {"STEPS": 4, "EVERY": 2, "DEV": 10, "SPREAD": 5}.items():
        monkeypatch.setattr(reward_training, name, value)
    monkeypatch.setattr(reward_training, "FIRST", {"steps": 40, "learning_rate": 3e-3, "warmup": 2})
    monkeypatch.setitem(reward_training.SHARED, "batch_tokens", 200)


def test_ways_differ_in_the_loss_alone() -> None:
    recipes = {way: recipe_of(way, 2, 1e-4) for way in WAYS}
    plain = recipes["control"]
    assert plain.reward == "none"
    for way, recipe in recipes.items():
        assert replace(recipe, reward="none", reward_weight=1.0) == plain
        assert (recipe.reward == "none") == (way == "control")


def test_runs_go_on_from_the_same_model_and_what_is_finished_is_not_done_again(
    tmp_path: Path, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tales = {way: run(way, 1, 1e-3, tmp_path) for way in ("edit", "control")}
    assert tales["edit"]["dev"][0] == tales["control"]["dev"][0] != tales["edit"]["dev"][-1]
    assert [look["step"] for look in tales["edit"]["dev"]] == [0, 2, 4]
    assert len(tales["edit"]["steps"]) == 4 and tales["control"]["steps"] == []
    found = counted(tmp_path / "edit-0.001-seed1.safetensors")
    monkeypatch.setattr(reward_training, "train", None)
    assert run("edit", 1, 1e-3, tmp_path) == tales["edit"] and before(1, tmp_path).exists()
    monkeypatch.setattr(reward_training, "error_row", None)
    assert counted(tmp_path / "edit-0.001-seed1.safetensors") == found


def test_the_command_told_goes_on_in_the_same_way(tmp_path: Path, short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run("edit", 1, 1e-3, tmp_path)
    metadata = checkpoint.read_metadata(tmp_path / "edit-0.001-seed1.safetensors")
    monkeypatch.setattr("sys.argv", metadata.training["command"].removeprefix("python -m ").split())
    options = parse()
    assert options.start_from == tmp_path / "start-seed1.safetensors"
    assert Recipe(**given(options, Recipe)) == recipe_of("edit", 1, 1e-3)


def test_a_row_holds_what_was_counted_before_and_after(
    tmp_path: Path, short: None, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [summary(way, 1e-3, [1, 2], tmp_path) for way in ("edit", "control")]
    for row in rows:
        was = [counted(tmp_path / f"start-seed{seed}.safetensors") for seed in (1, 2)]
        now = [counted(tmp_path / f"{row['way']}-0.001-seed{seed}.safetensors") for seed in (1, 2)]
        for measure in MEASURES:
            each = row[measure]
            assert each["before"]["each"] == [one[measure] for one in was]
            assert each["after"]["each"] == [one[measure] for one in now]
            changes = [two[measure] - one[measure] for one, two in zip(was, now, strict=True)]
            assert each["change"]["mean"] == pytest.approx(statistics.mean(changes), abs=1e-5)
            assert each["change"]["spread"] == pytest.approx(statistics.stdev(changes), abs=1e-5)
    report(rows)
    assert f"PER {rows[0]['per']['after']['mean']:.2%}" in capsys.readouterr().out


def test_the_variance_is_that_of_the_rewards_and_of_the_advantages(tmp_path: Path, short: None) -> None:
    model, metadata = checkpoint.load(before(1, tmp_path))
    found = reward_training.spread(model, metadata)
    words = TASK.held_out("dev", 5)
    pairs = [(TASK.source_tokens(x.source), TASK.target_tokens(x.target)) for x in words for _ in range(4)]
    ids = [(metadata.source_vocab.encode(a), metadata.target_vocab.encode(b)) for a, b in pairs]
    batch = reward_training.make_batch(ids, metadata.config)
    samples = reward_training.draw_samples(model, batch, "edit", "greedy", reward_training.drawn_for("spread", 0))
    rewards, baselines = samples.rewards.numpy(), samples.baselines.numpy()
    assert found["variance"] == pytest.approx(float(rewards.var()), abs=1e-5)
    assert found["variance_less_baseline"] == pytest.approx(float((rewards - baselines).var()), abs=1e-5)
    assert found["endless"] == pytest.approx(sum(2 not in output for output in samples.greedy) / 20)
    same = [a == b for a, b in zip(samples.outputs, samples.greedy, strict=True)]
    assert found["same"] == pytest.approx(sum(same) / len(same), abs=1e-5)
    assert found["baseline"] == pytest.approx(float(baselines.mean()), abs=1e-5)


def test_the_table_that_ships_agrees_with_its_own_numbers() -> None:
    found = read_evidence("policy-gradient")
    assert [row["way"] for row in found["rows"]] == list(WAYS)
    for row in found["rows"]:
        assert row["seeds"] == [1, 2, 3] and row["words"] > 12_000
        assert row["rate"] == min(found["tried"][row["way"]], key=lambda one: one["per"])["rate"]
        assert [look["step"] for look in row["dev"][0]] == list(range(0, STEPS + 1, EVERY))
        tried = {one["rate"]: one["per"] for one in found["tried"][row["way"]]}
        assert row["dev"][0][-1]["per"] == tried[row["rate"]]
        for measure in MEASURES:
            was, now, change = (row[measure][name]["each"] for name in ("before", "after", "change"))
            assert change == pytest.approx([b - a for a, b in zip(was, now, strict=True)], abs=2e-6)
            assert was == found["rows"][0][measure]["before"]["each"]


def test_the_models_that_ship_are_those_of_the_table() -> None:
    rows = {row["way"]: row for row in read_evidence("policy-gradient")["rows"]}
    configs = set()
    for name, when in (("rewarded-start", "before"), ("rewarded-edit", "after")):
        model, metadata = checkpoint.load(paths.CHECKPOINTS / f"{name}.safetensors")
        configs.add(json.dumps(metadata.config.to_dict()))
        assert metadata.name == name
        assert metadata.scores["conditions"]["as trained"] == rows["edit"]["exact"][when]["each"][0]
        assert ("--reward edit" in metadata.training["command"]) == (name == "rewarded-edit")
        assert all(torch.isfinite(weight).all() for weight in model.parameters())
    assert len(configs) == 1
