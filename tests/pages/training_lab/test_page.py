"""The Training lab as a visitor uses it: a run is started, watched, ended, found again, and opened in every page."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import checkpoint
from core.lab import RunFolder, TooMuch
from core.run import models
from core.run.titles import distinct_titles
from pages.shared.text import t
from pages.training_lab import visitor_runs, workshop
from pages.training_lab.choices import MODEL, PRESETS, RECIPE, LabChoices, preset_changes, preset_of
from pages.training_lab.controls import differences
from tests.forked import Forked
from tests.pages.test_every_page import PAGES

PATIENCE = 90.0
TINY = "steps=20&batch=200&width=32&heads=2&warmup=2"


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch) -> Iterator[str]:
    """Return a visitor whose runs lie apart; what is still under way at the end is stopped."""
    monkeypatch.setattr(workshop, "launch", Forked)
    for module in (models, visitor_runs, workshop):
        monkeypatch.setattr(module, "RUNS", tmp_path)
    yield secrets.token_hex(16)
    for process in list(workshop.WORKSHOP.processes.values()):
        process.kill()
        process.wait()
    until(lambda: not workshop.WORKSHOP.processes)


def until(met) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def lab(visit, visitor: str, query: str = TINY):
    page = visit("")
    page.at.session_state["app"].visitor = visitor
    for pair in filter(None, query.split("&")):
        name, value = pair.split("=")
        page.at.query_params[name] = value
    page.at.switch_page("pages/training_lab/page.py").run()
    return page


def press(page, key: str):
    next(button for button in page.at.button if button.key == key).click().run()
    return page


def asked(**changes):
    return replace(
        LabChoices(), **{"steps": 20, "batch_tokens": 200, "d_model": 32, "num_heads": 2, "warmup": 2} | changes
    ).request()


def train(visitor: str, **changes) -> visitor_runs.Run:
    """Train a tiny model to its end."""
    name = visitor_runs.begin(visitor, asked(**changes))
    until(lambda: not next(run for run in visitor_runs.runs_of(visitor) if run.id == name).live)
    return next(run for run in visitor_runs.runs_of(visitor) if run.id == name)


def test_that_a_run_is_under_way_is_said_as_long_as_it_is(visit, visitor):
    page = lab(visit, visitor)
    sentence = t("lab.one_at_a_time")
    visitor_runs.begin(visitor, asked(steps=400))  # in another tab, of which this one does not know
    press(page, "lab-train")
    said = [*(each.value for each in page.at.text), *(each.value for each in page.at.caption)]
    assert said.count(sentence) == 1 and len(visitor_runs.runs_of(visitor)) == 1
    until(lambda: not visitor_runs.is_one_live(visitor))
    page.at.run()
    assert sentence not in page.said and sentence not in page.told
    assert not next(button for button in page.at.button if button.key == "lab-train").disabled


def test_a_run_is_started_watched_and_found_again(visit, visitor):
    page = lab(visit, visitor)
    assert "Press *Train*" in page.told
    press(page, "lab-train")
    (run,) = visitor_runs.runs_of(visitor)
    assert run.request == asked()
    assert next(button for button in page.at.button if button.key == "lab-train").disabled
    until(lambda: not visitor_runs.runs_of(visitor)[0].live)
    again = lab(visit, visitor, "")  # as after a reload
    assert "finished" in again.at.get("progress")[0].proto.text
    film = next(data for data in again.sent if "frames" in data)
    assert [film["frames"][place]["step"] for place in (0, -1)] == [0, 20] and not film["live"]


def test_who_has_not_trained_yet_sees_the_film_of_a_run_that_ships(visit, visitor):
    page, run = lab(visit, visitor, ""), visitor_runs.recorded()
    shown = next(data for data in page.sent if "frames" in data)
    assert shown["id"] == run.id and len(shown["frames"]) > 20 and not shown["live"]
    steps = run.request.recipe.steps
    assert [shown["frames"][place]["step"] for place in (0, -1)] == [0, steps] and shown["frames"][-1]["right"]
    exact = [line["exact"] for line in run.folder.lines() if "exact" in line][-1]
    assert f"{exact:.1%} on held-out" in page.told and page.at.get("plotly_chart")
    assert not run.folder.model.exists() and run.id not in {each.id for each in visitor_runs.runs_of(visitor)}
    train(visitor)
    assert next(data for data in lab(visit, visitor, "").sent if "frames" in data)["id"] != run.id


def test_models_of_one_name_are_told_apart_by_what_differs(visit, visitor):
    runs = [train(visitor), train(visitor, learning_rate=0.002), train(visitor, d_model=64)]
    page = visit("")
    page.at.session_state["app"].visitor = visitor
    page.at.run()
    titles = distinct_titles(run.model for run in runs)
    assert set(titles.values()) <= set(page.control("selectbox", "model").options)
    slow, slower, wide = titles.values()
    assert "learning rate 0.006" in slow and "learning rate 0.002" in slower
    assert slow.endswith(f"[{runs[0].id[:4]}]") and "learning rate" not in wide and "[" not in wide


def test_a_run_can_be_paused_stepped_stopped_and_gone_on_with(visit, visitor):
    page = press(lab(visit, visitor, TINY.replace("steps=20", "steps=20000")), "lab-train")
    folder = visitor_runs.runs_of(visitor)[0].folder
    until(lambda: any(line["step"] > 0 for line in folder.lines()))
    page.at.run()
    press(page, "lab-pause")
    until(lambda: folder.status().phase == "paused")
    before = folder.status().step
    page.at.run()
    press(page, "lab-step")
    until(lambda: folder.status().step == before + 1)
    page.at.run()
    press(page, "lab-stop")
    until(lambda: folder.status().phase == "stopped" and not workshop.WORKSHOP.processes)
    assert checkpoint.read_metadata(folder.model).training["steps"] == before + 1
    page.at.run()
    press(page, "lab-resume")
    until(lambda: any(line["step"] > before + 1 for line in folder.lines()))
    visitor_runs.stop(visitor_runs.runs_of(visitor)[0])
    until(lambda: folder.status().phase == "stopped")


def test_every_page_opens_with_a_model_of_ones_own(visit, visitor):
    name = train(visitor).model
    for place in PAGES:
        page = visit("")
        page.at.session_state["app"].visitor = visitor
        page.at.run()
        page.control("selectbox", "model").set_value(name).run()
        page.at.switch_page(f"pages/{place}/page.py").run()
        assert not page.at.exception, place


def test_a_link_to_a_model_of_somebody_else_says_that_it_is_not_there(visit, visitor):
    name = train(visitor).model
    page = visit("")
    page.at.session_state["app"].visitor = secrets.token_hex(16)
    page.at.query_params["model"] = name
    page.at.run()
    assert "belongs to the browser that trained it" in page.said
    assert name not in page.control("selectbox", "model").options


def test_a_model_that_was_deleted_meanwhile_breaks_nothing(visit, visitor):
    run = train(visitor)
    page = visit("")
    page.at.session_state["app"].choose_model(run.model)
    run.folder.model.unlink()
    page.at.run()
    assert "no longer exists" in page.said and page.control("selectbox", "model").value == models.default_model()


def test_two_at_a_time_and_the_others_wait_their_turn(visitor):
    long = {"steps": 20_000}
    visitors = [visitor, *(secrets.token_hex(16) for _ in range(3))]
    for each in visitors:
        visitor_runs.begin(each, asked(**long))
    until(lambda: len(workshop.WORKSHOP.processes) == workshop.MOST_AT_WORK)
    waiting = [visitor_runs.runs_of(each)[0] for each in visitors[2:]]
    assert [workshop.WORKSHOP.ahead_of(run.folder) for run in waiting] == [2, 3]
    visitor_runs.stop(waiting[0])
    assert (
        workshop.WORKSHOP.ahead_of(waiting[1].folder) == 2
        and visitor_runs.runs_of(visitors[2])[0].status.phase == "stopped"
    )
    first = visitor_runs.runs_of(visitor)[0].folder
    until(lambda: first.lines())
    first.send("stop")
    until(lambda: workshop.WORKSHOP.ahead_of(waiting[1].folder) is None)
    for process in list(workshop.WORKSHOP.processes.values()):
        process.kill()


def test_a_visitor_has_one_run_under_way_and_keeps_the_newest(visitor, monkeypatch):
    monkeypatch.setattr(visitor_runs, "MOST_RUNS", 2)
    oldest = train(visitor)
    train(visitor)
    visitor_runs.begin(visitor, asked(steps=20_000))
    with pytest.raises(TooMuch, match="in progress"):
        visitor_runs.begin(visitor, asked())
    assert not oldest.folder.path.exists() and len(visitor_runs.runs_of(visitor)) == 2
    visitor_runs.stop(visitor_runs.runs_of(visitor)[0])


def test_a_process_that_breaks_off_is_told_of_and_can_be_gone_on_with(visitor):
    visitor_runs.begin(visitor, asked(steps=20_000))
    folder = visitor_runs.runs_of(visitor)[0].folder
    until(lambda: folder.lines())
    workshop.WORKSHOP.processes[folder.path].kill()
    until(lambda: folder.status().phase == "failed")
    assert "Resume continues" in str(folder.status().message)
    visitor_runs.go_on(visitor_runs.runs_of(visitor)[0])
    until(lambda: folder.status().phase == "running")


def test_a_run_that_waited_when_the_server_ended_can_be_gone_on_with(visitor):
    folder = RunFolder(models.RUNS / visitor / "0123456789ab")
    folder.create(asked())
    assert visitor_runs.runs_of(visitor)[0].status.phase == "left"
    visitor_runs.go_on(visitor_runs.runs_of(visitor)[0])
    until(lambda: folder.status().phase == "finished")


def test_a_name_that_is_none_finds_no_folder(visitor):
    train(visitor)
    for name in ("", "..", "../../etc", "G" * 32, "0" * 31, "*"):
        assert visitor_runs.runs_of(name) == [] and models.own(name) == {}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_recognised_and_can_be_trained(name):
    choices = replace(LabChoices(task="sort"), **preset_changes(name))
    assert preset_of(choices) == name and choices.request().task == "sort"
    assert preset_of(replace(choices, seed=77)) is None


OTHERWISE = {
    "layers": 2, "d_model": 96, "num_heads": 8, "norm_order": "post", "encoding": "none", "score": "additive",
    "normalizer": "relu", "wiring": "mixed", "decoder": "end", "dropout": 0.3, "steps": 300, "batch_tokens": 900,
    "optimizer": "sgd", "learning_rate": 0.01, "decay": "constant", "warmup": 7, "label_smoothing": 0.2,
    "sampling": "exponential", "guide": "monotonic", "guide_weight": 3.0, "seed": 8, "reward": "exact",
    "reward_weight": 0.4, "baseline": "none", "causal_mask": False, "padding_mask": False,
}  # fmt: skip


def test_every_setting_of_model_and_recipe_is_changed_in_some_test():
    assert {*MODEL, *RECIPE, "reward", "reward_weight", "baseline"} == set(OTHERWISE)


@pytest.mark.parametrize("name", OTHERWISE)
def test_every_setting_reaches_the_run_and_comes_back_from_it(name):
    request = LabChoices(**{name: OTHERWISE[name]}).request()
    assert (request.config, request.recipe) != (LabChoices().request().config, LabChoices().request().recipe)
    assert LabChoices(**LabChoices.describing(request)) == LabChoices(**{name: OTHERWISE[name]})


def test_the_settings_of_a_run_make_the_same_run(visitor):
    choices = LabChoices(task="copy", layers=2, sampling="linear", decay="linear", label_smoothing=0.1, seed=5)
    assert LabChoices(**LabChoices.describing(choices.request())) == choices
    runs = [train(visitor, seed=1), train(visitor, seed=2)]
    assert differences(runs) == ["recipe.seed"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("steps=20&warmup=60", "warmup must lie between 0 and steps=20"),
        ("feeding=linear&writes=end", "needs a decoder that writes token by token"),
        ("causal_mask=off&writes=length", "it has no causal mask to train without"),
        ("padding_mask=off&reward=edit", "a reward needs both masks in training"),
        ("width=32&run=ffffffffffff", "not among yours"),
    ],
)
def test_what_cannot_be_is_said(visit, visitor, query, sentence):
    assert sentence in lab(visit, visitor, query).said


def test_every_control_changes_what_will_be_trained(visit, visitor):
    page = lab(visit, visitor, "")
    for kind, name, value in (
        ("selectbox", "lab_task", "sort"), ("selectbox", "preset", "paper"), ("selectbox", "lab_width", "32"),
        ("selectbox", "lab_scoring", "additive"), ("number_input", "lab_layers", 2),
        ("number_input", "lab_rate", 0.001),
    ):  # fmt: skip
        page.control(kind, name).set_value(value).run()
    request = page.at.session_state["app"].chosen(LabChoices).request()
    config = request.config
    assert (request.task, config.norm_order, config.d_model, config.score) == ("sort", "post", 32, "additive")
    assert (config.num_encoder_layers, request.recipe.learning_rate) == (2, 0.001)
    assert page.control("selectbox", "preset").value is None
