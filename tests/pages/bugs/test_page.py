"""Find the bug: the visitor predicts first, every cause is answered, and only the right one shows the evidence."""

import pytest

from core import paths
from core.analysis.bugs.famous import BUGS
from pages.bugs import measured
from pages.bugs.entries import entry
from pages.bugs.measured import figures, symptom_of
from pages.shared.text import t


def answers(page) -> list[str]:
    """Return what was answered."""
    return [element.value for element in (*page.at.success, *page.at.warning)]


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_predicted_first_and_answered_then(visit, bug):
    found, numbers = entry(bug), figures(symptom_of(bug))
    page = visit(f"bug={bug}", "bugs")
    assert not page.at.exception and answers(page) == []
    assert found.symptom.format(**numbers) in page.told
    assert t("bugs.without") not in page.told and found.evidence.format(**numbers) not in page.told
    radio = page.control("radio", "bugs_cause")
    assert radio.value is None and len(radio.options) == 4
    wrong = next(name for name in found.causes if name != found.right)
    radio.set_value(wrong).run()
    assert found.causes[wrong].answer.format(**numbers) in answers(page)[0] and not page.at.success
    assert t("bugs.without") not in page.told
    page.control("radio", "bugs_cause").set_value(found.right).run()
    assert found.causes[found.right].answer.format(**numbers) in page.at.success[0].value and not page.at.warning
    assert t("bugs.without") in page.told and found.evidence.format(**numbers) in page.told
    assert f"{found.reports[0].address})" in page.told
    assert ("python -m core.experiments.bugs" in page.told) == (len(BUGS[bug].models) == 2)
    assert {found.wrong_code, found.right_code} <= {element.value for element in page.at.code}
    assert (page.link.get("bug", next(iter(BUGS))), page.link["cause"]) == (bug, found.right)
    assert not page.at.exception


def test_a_link_opens_a_bug_with_its_answer(visit):
    page = visit("bug=memory&cause=memory", "bugs")
    assert page.control("radio", "bugs_cause").value == "memory" and len(page.at.success) == 1


@pytest.mark.parametrize("query", ["bug=none", "cause=none", "bug=leak&cause=blind_row"])
def test_a_link_to_no_bug_or_cause_leaves_the_choice_open(visit, query):
    page = visit(query, "bugs")
    assert not page.at.exception and answers(page) == []
    assert page.control("radio", "bugs_cause").value is None


def test_another_bug_begins_without_a_choice(visit):
    page = visit("bug=penalty&cause=sign", "bugs")
    page.control("button", "bugs_next").click().run()
    assert page.link.get("bug", "nan") == "nan" and "cause" not in page.link and answers(page) == []
    page.control("button_group", "bugs_bug").set_value("leak").run()
    assert page.link["bug"] == "leak" and page.control("radio", "bugs_cause").value is None


def test_without_its_models_a_bug_says_so(visit, monkeypatch, tmp_path):
    measured.symptom_of.cache_clear()
    measured.case_of.cache_clear()
    monkeypatch.setattr(paths, "CHECKPOINTS", tmp_path)
    page = visit("bug=shift", "bugs")
    assert not page.at.exception and "usual.safetensors" in page.said
