"""What files name, models, tasks and parts that are switched off, is called in English as in those files."""

import json
from dataclasses import replace

import pytest

from core import paths
from core.evaluation.evidence import read_evidence
from core.evaluation.exact_match import CONDITIONS
from core.run import models
from core.run.titles import request_title, task_title, title_of, variant_title
from core.screen.texts import speaking
from core.tasks import TASKS
from pages.shared.text import called, catalogue
from pages.training_lab import visitor_runs
from pages.training_lab.choices import LabChoices


def test_every_model_is_called_in_the_catalogue_as_in_its_checkpoint():
    titles = {name: metadata.title for name, metadata in models.catalogue().items()}
    assert {name: title_of(name) for name in titles} == titles
    variants = {row["name"]: row["title"] for row in read_evidence("variants")["variants"]}
    assert {row["name"]: variant_title(row) for row in read_evidence("variants")["variants"]} == variants
    named = {key for key in catalogue("en") if key.startswith("model.")}
    assert len(named) == len(titles.keys() | variants.keys())


def test_every_task_and_condition_is_called_as_in_the_core():
    assert {name: task_title(task) for name, task in TASKS.items()} == {n: task.title for n, task in TASKS.items()}
    assert {f"task.{name}" for name in TASKS} == {key for key in catalogue("en") if key.startswith("task.")}
    assert all(called("condition", name, "–") == name for name in CONDITIONS)


@pytest.mark.parametrize("name", ["no such model", "my-0123456789ab-20"])
def test_what_has_no_string_keeps_its_own_name(name: str):
    with speaking("zh"):
        assert called("model", name, "Reverse · 1+1") == "Reverse · 1+1"


def test_a_run_named_by_its_settings_is_called_so_in_every_language():
    request = LabChoices(task="sort").request()
    assert request_title(request) == request.title and "Sort" in request.title
    with speaking("zh"):
        chinese = LabChoices(task="sort").request()
        assert request_title(request) == chinese.title != request.title and "排序" in chinese.title
        assert request_title(replace(request, title="Mine")) == "Mine"
    assert request_title(chinese) == request.title
    assert visitor_runs.recorded().request.title == recorded_title()


def recorded_title() -> str:
    """Return how the run that ships was called when it was recorded."""
    return json.loads((paths.RECORDED / "request.json").read_text(encoding="utf-8"))["title"]
