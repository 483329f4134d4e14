"""Steps made ahead: real ones of the run that is asked for, and none where a step is too much work."""

from dataclasses import replace

import pytest

from core.lab import pace
from tests.core.lab.test_lab import request


def test_each_batch_is_of_the_recipes_size_and_stepped_twice(monkeypatch):
    asked, seen = request(), []
    real = pace.update
    monkeypatch.setattr(pace, "update", lambda state, batch: seen.append((state.step, batch)) or real(state, batch))
    assert pace.seconds_a_step(asked) > 0
    steps, batches = zip(*seen, strict=True)
    assert steps == tuple(range(asked.recipe.steps // 2, asked.recipe.steps // 2 + len(seen)))
    assert [one is other for one, other in zip(batches[::2], batches[1::2], strict=True)] == [True] * 4
    for batch in batches:
        longest = batch.labels.shape[1]
        assert asked.recipe.batch_tokens - longest < batch.pairs * longest <= asked.recipe.batch_tokens


def test_what_would_hold_up_the_server_is_not_measured(monkeypatch):
    monkeypatch.setattr(pace, "update", None)
    monkeypatch.setattr(pace, "HEAVIEST", pace.step_work(request()) - 1)
    assert pace.seconds_a_step(request()) is None


def test_a_run_that_cannot_begin_says_why():
    asked = request(config=replace(request().config, decoder="length"))
    with pytest.raises(ValueError, match="reward"):
        pace.seconds_a_step(replace(asked, recipe=replace(asked.recipe, reward="edit")))
