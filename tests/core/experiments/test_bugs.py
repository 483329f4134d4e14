"""The models of 'Find the bug': nothing differs between them but their mistake, and what is finished stays."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths
from core.analysis.bugs.famous import BUGS
from core.evaluation.evidence import read_evidence
from core.experiments import bugs
from core.experiments.bugs import MODELS, train
from tests.core.tiny_task import TASK, VOCABS

BY_NAME = {each.name: each for each in MODELS}


def first_loss(name: str) -> float:
    """Return the loss of the first step of a model's training."""
    state = BY_NAME[name].begin(TASK)
    return next(iter(train(BY_NAME[name], state, TASK, VOCABS))).loss


def test_models_begin_alike_and_differ_in_their_mistake_alone() -> None:
    states = [replace(each, steps=9).begin(TASK) for each in MODELS]
    assert len({state.model.config for state in states}) == 1
    for trained, state in zip(MODELS, states, strict=True):
        own = {"causal_mask": trained.causal_mask, "label_smoothing": trained.label_smoothing}
        assert state.recipe == replace(states[0].recipe, **own)
        pairs = zip(state.model.parameters(), states[0].model.parameters(), strict=True)
        assert all(torch.equal(one, other) for one, other in pairs)


def test_each_counts_the_loss_as_it_says() -> None:
    usual = first_loss("usual")
    assert first_loss("pad-ignored") == pytest.approx(usual, rel=1e-4)
    others = [first_loss(name) for name in ("no-causal-mask", "not-shifted", "pad-counted", "smoothed")]
    assert all(abs(loss - usual) > 1e-3 for loss in others) and len(set(others)) == 4


def test_what_is_finished_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = replace(BY_NAME["no-causal-mask"], steps=3)
    row = bugs.run(trained, TASK, tmp_path, 4)
    assert row["steps"] == 3 and row["examples"] == 4 and not row["causal_mask"]
    _, about = checkpoint.load(tmp_path / "no-causal-mask.safetensors")
    assert about.training["causal_mask"] is False and about.training["command"] == bugs.COMMAND
    monkeypatch.setattr(bugs, "train", lambda *_: pytest.fail("trained again"))
    assert bugs.run(trained, TASK, tmp_path, 4) == row


def test_the_models_that_ship_are_those_that_were_measured() -> None:
    found = read_evidence("bugs")
    assert found is not None and [row["name"] for row in found["rows"]] == [each.name for each in MODELS]
    assert set(found["weights"]) == {f"bugs/{each.name}" for each in MODELS}
    assert {name for bug in BUGS.values() for name in bug.models} == set(found["weights"])
    assert sum(paths.checkpoint_path(name).stat().st_size for name in found["weights"]) < 3_000_000
    rows = {row["name"]: row for row in found["rows"]}
    assert rows["usual"]["exact"] > 0.98 and rows["smoothed"]["exact"] > 0.98
    assert rows["no-causal-mask"]["loss"] < 0.01 and rows["no-causal-mask"]["exact"] < 0.05
    assert rows["not-shifted"]["loss"] < 0.01 and rows["not-shifted"]["exact"] < 0.05
    assert rows["pad-counted"]["loss"] < rows["pad-ignored"]["loss"] / 2
    assert json.dumps(found["recipe"])
