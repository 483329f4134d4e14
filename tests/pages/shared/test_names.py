"""What files name, models, tasks and parts that are switched off, is called in English as in those files."""

import pytest

from core.evaluation.evidence import read_evidence
from core.evaluation.exact_match import CONDITIONS
from core.tasks import TASKS
from pages.shared.language import speaking
from pages.shared.run import models
from pages.shared.run.titles import task_title, title_of, variant_title
from pages.shared.text import called, catalogue


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
