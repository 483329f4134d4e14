"""What a run will take is said before it starts, by steps that were really made, once for each kind of step."""

import pytest

from pages.shared.jobs import QUEUE
from pages.training_lab import estimate
from tests.pages.training_lab.test_page import lab, train, until, visitor  # noqa: F401 (a fixture)


def said(page) -> str:
    return next(caption.value for caption in page.at.caption if "parameters" in caption.value)


@pytest.fixture
def made(monkeypatch) -> list:
    """Return the requests of which steps were made ahead; each takes a quarter of a second."""
    asked = []
    until(lambda: not QUEUE.jobs)  # what pages of other tests began is not counted here
    monkeypatch.setattr(estimate, "PACES", {})
    monkeypatch.setattr(estimate, "seconds_a_step", lambda request, weights: asked.append(request) or 0.25)
    return asked


def test_a_first_run_is_estimated_by_steps_made_ahead_once(visit, visitor, made):  # noqa: F811
    page = lab(visit, visitor)
    assert "Measuring the speed" in said(page) or "estimated from" in said(page)
    until(lambda: estimate.PACES)
    page.at.run()
    assert "About 5 s, estimated" in said(page)  # 20 steps
    page.control("number_input", "lab_steps").set_value(400).run()
    assert "About 100 s, estimated" in said(page) and len(made) == 1
    page.control("number_input", "lab_batch").set_value(300).run()
    until(lambda: len(estimate.PACES) == 2)
    assert made[1].recipe.batch_tokens == 300


def test_a_like_run_tells_better_than_steps_made_ahead(visit, visitor, made):  # noqa: F811
    train(visitor)
    page = lab(visit, visitor)
    assert "like your last run" in said(page) and not made


def test_what_cannot_be_measured_is_left_unsaid(visit, visitor, monkeypatch, made):  # noqa: F811
    def refuse(request, weights):
        raise ValueError("no")

    monkeypatch.setattr(estimate, "seconds_a_step", refuse)
    page = lab(visit, visitor)
    until(lambda: estimate.PACES)
    page.at.run()
    assert "estimate" not in said(page) and "measured" not in said(page)
