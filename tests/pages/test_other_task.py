"""A task that is new, for which no page has words of its own: every page opens with a model of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths, tasks
from core.run import models
from pages.shared.text import t
from tests.app_pages import PAGES, every_view
from tests.core import tiny
from tests.core.tiny_task import LETTERS, TASK
from tests.pages.test_every_page import READS_THE_SOURCE, enter


@pytest.fixture
def new_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a model of a task of letters lie beside one that ships."""
    monkeypatch.setitem(tasks.TASKS, TASK.name, TASK)
    model = tiny.stopping_model(3, source_vocab_size=11, target_vocab_size=11).to(torch.float32)
    scores = {"command": "none", "examples": 9, "conditions": {"as trained": 0.5}, "by_group": {"short": 1, "long": 0}}
    about = checkpoint.Metadata(
        name="letters", title="Letters", task=TASK.name, config=model.config, source_symbols=LETTERS,
        target_symbols=LETTERS, training={"steps": 1, "seed": 1}, scores=scores,
    )  # fmt: skip
    checkpoint.save(tmp_path / "letters.safetensors", model, about)
    shutil.copy(paths.checkpoint_path("dates"), tmp_path)
    monkeypatch.setattr(paths, "CHECKPOINTS", tmp_path)
    models.catalogue.cache_clear()
    yield
    models.catalogue.cache_clear()


@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens_with_a_model_of_a_new_task(visit, new_task, place):
    page = enter(visit, place, "model=letters")
    if place in READS_THE_SOURCE:
        bar = page.control("text_input", "source")
        assert bar.value == "abc" and bar.placeholder == t("control.source_placeholder")


@every_view
def test_every_view_opens_with_a_model_of_a_new_task_that_has_one_example(visit, new_task, place, parameter, show):
    enter(visit, place, f"model=letters&{parameter}={show}")
