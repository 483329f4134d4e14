"""What single pages let one choose: written into the URL, read back, and kept while other pages are looked at."""

import importlib
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pages.shared.url import links
from pages.shared.url.fields import PARAM, Choices, decimal, switch, typed, whole, word

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Sample(Choices):
    top: int = whole(5, least=1, most=20)
    heat: float = decimal(1.0, least=0.1, most=10.0)
    sort: str = word("layer", "entropy")
    mirrored: bool = switch(False)
    note: str = typed("", longest=8)


CHANGED = {"top": 7, "heat": 0.25, "sort": "entropy", "mirrored": True, "note": "a & b=c"}
NONSENSE = {
    "top": ["0", "21", "-3", "1.5", "", "٣", "9" * 400],
    "heat": ["0", "nan", "inf", "1e9", "1_0", "warm", "", "0" * 50],
    "sort": ["", "Layer", "<b>"],
    "mirrored": ["yes", "True", ""],
}


def test_the_defaults_leave_the_address_empty():
    assert Sample().params() == {}
    assert Sample.from_params({}, []) == Sample()


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_chosen_comes_back_from_the_address(name):
    problems: list[str] = []
    chosen = Sample(**{name: CHANGED[name]})
    assert set(chosen.params()) == {name}
    assert Sample.from_params(chosen.params() | {"source": "not ours"}, problems) == chosen
    assert not problems


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in NONSENSE.items() for text in texts])
def test_nonsense_is_answered_with_a_sentence(name, text):
    problems: list[str] = []
    assert Sample.from_params({name: text, "note": "kept"}, problems) == Sample(note="kept")
    assert len(problems) == 1 and f"{name}=" in problems[0] and len(problems[0]) < 200


def test_long_texts_are_cut():
    assert Sample(note="123456789").params() == {"note": "12345678"}
    assert Sample.from_params({"note": "123456789"}, []).note == "12345678"


@pytest.mark.parametrize(
    "choices",
    [{"top": 99}, {"top": -3}, {"heat": 1 / 3}, {"heat": 1e9}, {"heat": float("nan")}, {"note": "x" * 999}],
)
def test_whatever_is_chosen_is_the_same_after_a_reload(choices):
    chosen, problems = Sample(**choices), []
    assert Sample.from_params(chosen.params(), problems) == chosen and not problems


def test_a_control_has_the_bounds_that_a_link_has():
    assert Sample.bounds("top") == {"min_value": 1, "max_value": 20}
    assert Sample.bounds("heat") == {"min_value": 0.1, "max_value": 10.0} and Sample.longest("note") == 8


def every_kind() -> list[type[Choices]]:
    for path in (ROOT / "pages").glob("*/choices.py"):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [kind for kind in Choices.__subclasses__() if kind.__module__.startswith("pages.")]


def test_no_page_uses_a_name_that_all_pages_share():
    assert every_kind()
    for kind in every_kind():
        assert not kind.url_names() & links.KNOWN, kind
        assert all(PARAM in each.metadata for each in fields(kind)), kind


def test_a_pages_choices_stand_in_its_address_alone_and_outlive_other_pages(visit):
    page = visit()
    page.control("button_group", "section").set_value("question").run()
    assert page.at.query_params["section"] == "question"
    assert visit(urlencode(page.at.query_params, doseq=True)).control("button_group", "section").value == "question"
    page.at.switch_page("pages/evidence/page.py").run()
    assert "section" not in page.at.query_params
    page.at.switch_page("pages/decode/page.py").run()
    assert page.control("button_group", "section").value == "question"
    assert page.at.query_params["section"] == "question"


def test_a_link_to_a_section_that_is_not_there(visit):
    page = visit("section=conclusions")
    assert "section=conclusions; expected one of: numbers, code, alternatives, evidence, question" in page.said
    assert page.control("button_group", "section").value == "numbers"
