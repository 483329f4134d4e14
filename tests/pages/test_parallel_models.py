"""Models that write all positions at once, on the pages that were made for those that write step by step."""

import pytest
import torch

from core.decoding import ParallelSession, decode_parallel
from core.run import models, runs
from core.run.runs import RunSpec
from core.vocab import END
from tests.pages.test_every_page import PAGES, enter

PARALLEL = [name for name, about in models.catalogue().items() if not about.config.autoregressive]
every_model = pytest.mark.parametrize("name", PARALLEL)


def first_source(name: str) -> str:
    return models.task_of(name).examples()[0].source


def written(name: str, length: int | None = None) -> list[int]:
    spec = RunSpec(model=name, source=first_source(name))
    session = ParallelSession(models.model(name), torch.tensor([runs.source_ids(spec)]), length=length)
    return [step.token for step in decode_parallel(session)]


@every_model
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("attention", ["encoder", "self", "cross"])
def test_every_page_takes_such_a_model(visit, name, page, attention):
    opened = enter(visit, page, f"model={name}&attention={attention}&step=4&show=model&causal=off&position=off")
    assert not opened.at.exception


@every_model
def test_decode_shows_its_run(visit, name):
    run, vocab = visit(f"model={name}").data["run"], models.catalogue()[name].target_vocab
    tokens = written(name)
    assert [step["predicts"] for step in run["steps"]] == [vocab.name(token) for token in tokens]
    assert {step["reads"] for step in run["steps"]} == {"⟨BEGIN⟩"}
    assert run["parallel"] is True and run["keys"] >= len(tokens)
    assert run["cut"] == (models.catalogue()[name].config.decoder == "end" and END not in tokens)
    assert run["history"] is None


def test_a_step_by_step_run_is_not_called_parallel(visit):
    run = visit().data["run"]
    assert run["parallel"] is False and run["keys"] == len(run["steps"])


@every_model
def test_what_cannot_be_asked_of_it_is_said_and_its_switches_are_off(visit, name):
    plain = visit(f"model={name}").data["run"]
    asked = visit(f"model={name}&teacher=on&force=2:5&causal=off")
    assert asked.data["run"]["steps"] == plain["steps"]
    assert "Teacher forcing is ignored" in asked.said and "The forced tokens are ignored" in asked.said
    for switch in ("causal", "teacher"):
        assert asked.control("toggle", switch).disabled and not asked.control("toggle", switch).value
    assert not asked.control("toggle", "padding").disabled


@every_model
def test_a_choice_that_it_cannot_follow_is_there_again_with_the_next_model(visit, name):
    page = visit("model=dates&causal=off")
    other = page.data["run"]["steps"]
    page.control("selectbox", "model").set_value(name).run()
    page.control("selectbox", "model").set_value("dates").run()
    assert page.data["run"]["steps"] == other
    assert not page.control("toggle", "causal").value


@every_model
def test_its_other_answers_are_other_lengths(visit, name):
    page, about = visit(f"model={name}&section=alternatives"), models.catalogue()[name]
    (table,) = [x.value for x in page.at.markdown if x.value.startswith("| rank")]
    shown = [line.split("|")[2].strip(" `") for line in table.splitlines()[2:]]
    spec = RunSpec(model=name, source=first_source(name))
    session = ParallelSession(models.model(name), torch.tensor([runs.source_ids(spec)]))
    lengths = [None]
    if session.length_log_probs is not None:
        lengths = (session.length_log_probs[0, 1:].argsort(descending=True)[:5] + 1).tolist()
    assert shown == [spec.task.target_text(about.target_vocab.decode(written(name, length))) for length in lengths]


@every_model
def test_it_is_not_scored_without_a_causal_mask(name):
    assert "causal mask off" not in models.catalogue()[name].scores["conditions"]
