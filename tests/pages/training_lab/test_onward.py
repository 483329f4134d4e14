"""Going on from a run: the same weights, another recipe or a reward; what cannot be is said in a sentence."""

from dataclasses import replace

import pytest
import torch

from core import checkpoint
from core.run import models
from core.training import TrainingState
from pages.training_lab import onward, visitor_runs
from pages.training_lab.choices import LabChoices
from tests.pages.training_lab.test_page import asked, lab, press, train, until, visitor  # noqa: F401 (a fixture)


def chosen(page) -> LabChoices:
    return page.at.session_state["app"].chosen(LabChoices)


def test_going_on_with_rewards_begins_with_the_weights_and_shows_what_was_earned(visit, visitor):  # noqa: F811
    first = train(visitor, task="copy")
    page = lab(visit, visitor, "")
    press(page, "lab-rewards")
    assert (chosen(page).start_from, chosen(page).reward, chosen(page).task) == (first.id, "edit", "copy")
    assert page.control("selectbox", "lab_task").disabled and page.control("selectbox", "lab_width").disabled
    page.control("number_input", "lab_steps").set_value(20).run()
    page.control("selectbox", "lab_baseline").set_value("none").run()
    press(page, "lab-train")
    second = visitor_runs.runs_of(visitor)[0]
    assert (second.request.start_from, second.request.config) == (first.id, first.request.config)
    until(lambda: visitor_runs.runs_of(visitor)[0].status.phase == "finished")
    lines = second.folder.lines()
    assert all(0 <= line["baseline"] < 1e-9 and "reward" in line for line in lines[1:])
    before, after = lines[0]["exact"], first.folder.lines()[-1]["exact"]
    assert before == pytest.approx(after)
    page.at.run()
    charts = page.at.get("plotly_chart")[0].proto.spec
    assert "reward of drawn outputs" in charts and "Gradient norm" not in charts
    again = LabChoices(**LabChoices.describing(second.request))
    assert (again.start_from, again.reward, again.baseline) == (first.id, "edit", "none")


def test_training_on_without_a_reward_begins_with_the_weights(visitor):  # noqa: F811
    first = train(visitor, task="copy")
    choices = LabChoices(steps=20, warmup=2, learning_rate=0.00001, optimizer="sgd", start_from=first.id)
    request = onward.build_request(choices, (), visitor_runs.runs_of(visitor))
    assert (request.task, request.config, request.recipe.reward) == ("copy", first.request.config, "none")
    visitor_runs.begin(visitor, request)
    until(lambda: visitor_runs.runs_of(visitor)[0].status.phase == "finished")
    state = TrainingState.load(visitor_runs.runs_of(visitor)[0].folder.state)
    weights, _ = checkpoint.load(first.folder.model)
    pairs = zip(weights.parameters(), state.model.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-2) for a, b in pairs)


def test_weights_that_are_gone_are_told_of_and_the_rest_still_works(visit, visitor):  # noqa: F811
    page = lab(visit, visitor, "after=0123456789ab&reward=edit")
    assert "no longer among yours" in page.said
    assert next(button for button in page.at.button if button.key == "lab-train").disabled
    page.control("selectbox", "lab_after").set_value("").run()
    assert "no longer among yours" not in page.said


def test_the_run_to_begin_with_is_not_the_one_that_makes_room(visitor, monkeypatch):  # noqa: F811
    monkeypatch.setattr(visitor_runs, "MOST_RUNS", 2)
    first, newer = train(visitor), train(visitor, seed=2)
    visitor_runs.begin(visitor, replace(asked(), start_from=first.id))
    assert first.folder.path.exists() and not newer.folder.path.exists()
    visitor_runs.stop(visitor_runs.runs_of(visitor)[0])


def test_a_model_that_writes_all_at_once_cannot_be_rewarded_and_says_why(visit, visitor):  # noqa: F811
    train(visitor, decoder="length")
    page = lab(visit, visitor, "")
    assert not [button for button in page.at.button if button.key == "lab-rewards"]
    assert any("draws outputs token by token" in caption.value for caption in page.at.caption)
    with pytest.raises(ValueError, match="token by token"):
        LabChoices(decoder="end", reward="edit").request()


def test_a_model_of_other_symbols_is_refused(visitor, monkeypatch):  # noqa: F811
    first = train(visitor)
    metadata = replace(models.own_metadata(first.folder.model), source_symbols=tuple("abcdefghix"))
    monkeypatch.setattr(models, "own_metadata", lambda path: metadata)
    choices = LabChoices(start_from=first.id)
    with pytest.raises(ValueError, match="other symbols"):
        onward.build_request(choices, (), visitor_runs.runs_of(visitor))
