"""Links that name models of one's own, in whatever parameter: found again by who made them, told of to all others."""

import secrets
from pathlib import Path
from urllib.parse import urlencode

import pytest

from core.run import models
from pages.training_lab import upload, visitor_runs
from tests.pages.training_lab.test_upload import saved

NOT_YOURS = "belongs to the browser that trained it"


@pytest.fixture
def own(visitor: str, tmp_path: Path) -> str:
    """Return the name of a model of the visitor's."""
    upload.take_in(visitor, saved(tmp_path))
    return next(iter(models.own(visitor)))


def parameters(own: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the pages and the choices whose links can name a model."""
    return {
        "model": ("decode", {"model": own}),
        "a": ("decode", {"a": urlencode({"model": own, "source": "abc"}), "compare": "a"}),
        "writer": ("non_autoregressive", {"model": "dates", "writer": own}),
        "beside": ("teacher_forcing", {"model": "dates", "beside": own}),
    }


def come(visit, name: str, page: str, choices: dict[str, str]):
    """Open a link anew, as a visitor whom the browser names only after the first run."""
    there = visit()
    there.at.session_state["app"].visitor = ""
    there.enter(page, choices)
    asked = dict(there.link)
    there.at.session_state["app"].visitor = name
    there.at.run()
    assert not there.at.exception
    return there, asked


@pytest.mark.parametrize("parameter", ["model", "a", "writer", "beside"])
def test_a_page_waits_for_the_visitor_whose_model_its_link_names(visit, visitor, own, parameter):
    page, choices = parameters(own)[parameter]
    there, asked = come(visit, visitor, page, choices)
    assert asked == choices  # nothing was drawn that could have put another model in place of this one
    assert NOT_YOURS not in there.said


def test_a_pinned_model_of_ones_own_is_still_there_after_a_reload(visit, visitor, own):
    page, choices = parameters(own)["a"]
    there, _ = come(visit, visitor, page, choices)
    assert there.at.session_state["app"].pinned.model == own
    assert there.link["a"].startswith(urlencode({"source": "abc", "model": own}))


@pytest.mark.parametrize("parameter", ["model", "a", "writer", "beside"])
def test_a_link_to_somebody_elses_model_is_answered_whatever_names_it(visit, visitor, own, parameter):
    page, choices = parameters(own)[parameter]
    there, _ = come(visit, secrets.token_hex(16), page, choices)
    assert there.said.count(NOT_YOURS) == 1
    assert own not in str(there.link)


def test_two_models_of_somebody_else_are_one_sentence(visit, visitor, own):
    choices = {"model": own, "a": urlencode({"model": own, "source": "abc"})}
    there, _ = come(visit, secrets.token_hex(16), "decode", choices)
    assert there.said.count(NOT_YOURS) == 1


def test_a_run_of_somebody_else_to_show_beside_ones_own_is_told_of(visit, visitor, own):
    run = visitor_runs.runs_of(visitor)[0].id
    there, _ = come(visit, secrets.token_hex(16), "training_lab", {"beside": run})
    assert "No second run is shown" in there.said
    there, _ = come(visit, visitor, "training_lab", {"beside": run})
    assert "No second run is shown" not in there.said


def test_a_pinned_model_that_was_deleted_is_told_of_and_breaks_nothing(visit, visitor, own):
    page, choices = parameters(own)["a"]
    there, _ = come(visit, visitor, page, choices)
    models.own_path(own).unlink()
    there.at.run()
    assert not there.at.exception
    assert "The model of run A no longer exists" in there.said
    assert there.at.session_state["app"].pinned is None


def test_a_writer_that_is_no_model_at_all_is_told_of(visit):
    there = visit().enter("non_autoregressive", {"model": "small-all-at-once", "writer": "gpt"})
    assert "is not here: gpt" in there.said
