"""The texts of the ten bugs: complete, plain, and of numbers that were measured."""

import ast
import re
import string
from dataclasses import astuple
from importlib import import_module

import pytest

from core import paths
from core.analysis.bugs.famous import BUGS
from pages.bugs.entries import Entry, entry
from pages.bugs.measured import figures, symptom_of
from pages.shared.url.fields import Choices
from tests.app_pages import PAGES
from tests.pages.shared.test_text import MOST_WORDS, PRIVATE, WORD, sentences

every_bug = pytest.mark.parametrize("bug", BUGS)
# What each symptom is at least, or at most: with the mistake, and without it.
SYMPTOMS = {
    "nan": {"nan_weights": ((0.5, 1), (0, 0)), "batch_loss": (None, (0, 10))},
    "causal": {"loss": ((0, 0.01), (0, 0.05)), "fed_tokens": ((0.99, 1), (0.95, 1)), "exact": ((0, 0.05), (0.95, 1))},
    "batch": {"changed_outputs": ((0.5, 1), (0, 0)), "logits_move": ((1, 99), (0, 1e-4)), "exact": ((0, 0.5), (1, 1))},
    "dropout": {"largest_sum": ((1.1, 1.2501), (0.9999, 1.0001)), "exact": ((0, 0.7), (0.95, 1))},
    "shift": {"loss": ((0, 0.001), (0, 0.05)), "copied": ((0.99, 1), (0, 0.3)), "exact": ((0, 0), (0.95, 1))},
    "polarity": {"pad_weight": ((0.9999, 1.0001), (0, 0)), "exact": ((0, 0.05), (0.95, 1))},
    "leak": {"leak_score": ((10_000, 20_000), None), "earlier_move": ((0.1, 99), (0, 0))},
    "memory": {"exact": ((0, 0.85), (0.95, 1)), "right_probability": ((0, 0.97), (0.98, 1))},
    "pad": {"counted_pads": ((0.5, 1), (0, 0)), "loss": ((0, 0.3), (0.3, 9)), "token_loss": ((0.3, 9), (0.3, 9))},
    "penalty": {"exact": ((0, 0.9), (0.95, 1)), "mean_length": ((0, 6), (6, 8)), "greedy_exact": ((0.9, 1), (0.9, 1))},
}  # fmt: skip


def texts(found: Entry) -> list[str]:
    """Return every text that is shown of a bug."""
    return [
        found.title,
        found.symptom,
        found.evidence,
        *(text for each in found.causes.values() for text in astuple(each)),
    ]


def test_the_folder_holds_the_ten_bugs() -> None:
    assert sorted(path.stem for path in (paths.TEXT / "en" / "bugs").glob("*.json")) == sorted(BUGS)
    assert set(SYMPTOMS) == set(BUGS)


@every_bug
def test_each_cause_has_its_answer_and_one_is_right(bug: str) -> None:
    found = entry(bug)
    assert len(found.causes) == 4 and found.right in found.causes
    answers = [each.answer for each in found.causes.values()]
    assert len(set(answers)) == 4 and all(len(answer) > 40 for answer in answers)
    assert found.reports and found.reports[0].title and found.page in PAGES


@every_bug
def test_the_texts_are_plain(bug: str) -> None:
    for text in texts(entry(bug)):
        assert [each for each in sentences(text) if len(WORD.findall(each)) > MOST_WORDS] == []
        found = [word for word in PRIVATE if re.search(rf"\b(?:{word})\b", text, re.IGNORECASE)]
        assert found == [], text


@every_bug
def test_the_view_that_shows_more_can_be_asked_for(bug: str) -> None:
    found, problems = entry(bug), []
    module = import_module(f"pages.{found.page}.choices")
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Choices)]
    kind = next(each for each in kinds if each is not Choices)
    chosen = kind.from_params(found.query, problems)
    assert {name: kind.param(name).write(getattr(chosen, name)) for name in found.query} == found.query
    assert problems == [] and found.query


@every_bug
def test_the_lines_of_code_are_python(bug: str) -> None:
    found = entry(bug)
    assert found.wrong_code != found.right_code
    assert all(ast.parse(lines) for lines in (found.wrong_code, found.right_code))


@every_bug
def test_the_symptom_is_there_and_gone_without_the_mistake(bug: str) -> None:
    found = symptom_of(bug)
    for name, bounds in SYMPTOMS[bug].items():
        measure = found.measure(name)
        for value, within in zip((measure.wrong, measure.right), bounds, strict=True):
            assert within is None or within[0] <= value <= within[1], (name, value)
    assert {len(row) for row in found.rows} == {len(found.labels) + 2}
    assert any(row[-2] != row[-1] for row in found.rows)


@every_bug
def test_the_texts_name_numbers_that_are_measured(bug: str) -> None:
    numbers = figures(symptom_of(bug))
    named = {name for text in texts(entry(bug)) for _, name, _, _ in string.Formatter().parse(text) if name}
    assert named <= set(numbers) and named
