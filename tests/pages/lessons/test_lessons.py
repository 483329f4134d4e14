"""The lessons as data: each complete, in plain words, with checks that mean something on its page."""

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from core import paths
from core.run import models, runs
from core.run.runs import RunSpec
from pages.heads.shipped_ablation import ablation_by_head, layers
from pages.lessons.lessons import Lesson, lessons, read_lesson
from pages.search.searches import search
from pages.self_attention.choices import HandChoices, compute
from pages.shared.url.fields import Choices
from pages.shared.url.links import KNOWN
from tests.app_pages import PAGES
from tests.pages.shared.test_text import MOST_WORDS, PRIVATE, WORD, sentences

LESSONS = lessons()
TESTS = {"is", "is_not", "at_least", "at_most", "has"}
each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: f"{lesson.number}-{lesson.title}")


def texts(value: Any) -> Iterator[str]:
    """Return every text of a lesson that is read."""
    if isinstance(value, Lesson):
        for each in (value.title, value.look, value.do, value.question, value.now_you):
            yield from texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in ("check", "right"):
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    else:
        yield value


def leaves(check: dict[str, Any], page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the simple statements of a check, each with the page that it is about."""
    page = check.get("page", page)
    for name in ("all", "any", "none"):
        for part in check.get(name, ()):
            yield from leaves(part, page)
    yield page, {name: value for name, value in check.items() if name not in ("all", "any", "none", "page")}


def choices_of(page: str) -> type[Choices]:
    module = importlib.import_module(f"pages.{page}.choices")
    kinds = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    return next(kind for kind in kinds if issubclass(kind, Choices))


def test_there_are_fourteen_in_order():
    assert list(LESSONS) == list(range(1, 15))
    assert len({lesson.title for lesson in LESSONS.values()}) == 14


@each_lesson
def test_a_lesson_takes_minutes_and_has_tasks_a_question_with_answers_and_an_open_task(lesson):
    assert lesson.page in PAGES and 3 <= lesson.minutes <= 5 and lesson.now_you
    assert 2 <= len(lesson.do) <= 3 and all(set(task) == {"text", "check"} for task in lesson.do)
    options = lesson.question["options"]
    assert len(options) >= 3 and all(option["answer"] for option in options)
    assert sum(option.get("right", False) for option in options) == 1


def test_the_right_option_does_not_always_stand_at_one_place():
    places = {
        [option.get("right", False) for option in each.question["options"]].index(True) for each in LESSONS.values()
    }
    assert len(places) > 1


@each_lesson
def test_no_sentence_is_longer_than_one_breath(lesson):
    plain = (text.replace("**", "") for text in texts(lesson))
    assert [each for text in plain for each in sentences(text) if len(WORD.findall(each)) > MOST_WORDS] == []


@each_lesson
def test_a_lesson_speaks_the_words_of_the_field(lesson):
    private = re.compile(rf"\b(?:{'|'.join(PRIVATE)})\b", re.IGNORECASE)
    assert [text for text in texts(lesson) if private.search(text)] == []


@each_lesson
def test_a_check_asks_for_what_the_pages_address_can_hold(lesson):
    for task in lesson.do:
        for page, leaf in leaves(task["check"], lesson.page):
            named = {leaf[name] for name in ("field", "changed") if name in leaf}
            assert named <= {each.name for each in fields(choices_of(page))} | KNOWN, leaf
            assert ("field" in leaf) == bool(TESTS & set(leaf)) and set(leaf) <= TESTS | {"field", "changed"}


@each_lesson
def test_a_link_is_the_address_that_its_page_writes(visit, lesson):
    """So that nothing which a check may ask for changes by itself once the link is opened."""
    page = visit("", "evidence").enter(lesson.page, lesson.address)
    assert page.link == lesson.address
    assert "The link" not in page.said


def test_a_language_without_a_lesson_has_the_english_one(tmp_path, monkeypatch):
    english = paths.TEXT / "en" / "lessons" / "01-sequence-to-sequence.json"
    monkeypatch.setattr(paths, "TEXT", tmp_path)
    assert read_lesson(english, "de").title == LESSONS[1].title
    german = tmp_path / "de" / "lessons" / english.name
    german.parent.mkdir(parents=True)
    german.write_text(json.dumps(json.loads(english.read_text(encoding="utf-8")) | {"title": "Von Folge zu Folge"}))
    assert read_lesson(english, "de").title == "Von Folge zu Folge"


def test_the_figures_that_a_lesson_names_are_those_of_the_example_and_of_the_evidence():
    hand = compute(HandChoices())
    her, fed = 2, 1
    first, both = hand.first.weights[her, fed], (hand.second.weights @ hand.first.weights)[her, fed]
    assert f"takes {first:.0%}".replace("%", " %") in LESSONS[3].question["text"]
    assert f"{both:.0%} comes".replace("%", " %") in LESSONS[3].question["text"]
    costs = {head: -100 * result.change for head, result in ablation_by_head("dates").items()}
    alone = [f"{costs['cross', 2, head]:.1f}" for head in range(4)]
    assert f"{', '.join(alone[:3])} and {alone[3]} points" in LESSONS[5].question["text"]
    together = next(each.at_once for each in layers("dates") if (each.attention, each.layer) == ("cross", 2))
    assert f"{-100 * together:.1f} points" in LESSONS[5].question["options"][2]["answer"]


def test_what_a_lesson_says_of_its_view_is_so():
    """A shortened month makes the model hesitate, and a beam finds what greedy decoding misses."""
    sure, unsure = (runs.trace(RunSpec(model="dates", source=text)).steps for text in ("3 mars 2001", "3 ma 2001"))
    assert min(float(step.log_probs.exp().max()) for step in sure) > 0.9
    assert min(float(step.log_probs.exp().max()) for step in unsure) < 0.9
    link = LESSONS[11].link
    spec = RunSpec(model=link["model"], source=link["source"])
    searches, vocab = {width: search(spec, width, 0.0) for width in (1, 5)}, models.catalogue()["spelling"].target_vocab
    written = {width: vocab.decode(found.tokens(found.best)) for width, found in searches.items()}
    assert [spec.task.target_text(written[width]) == link["reference"] for width in (1, 5)] == [False, True]
