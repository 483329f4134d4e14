"""What single pages let one choose: written into the URL, read back, and kept while other pages are looked at."""

import importlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.text import as_plain, catalogue, t
from pages.shared.url import links
from pages.shared.url.fields import PARAM, Choices, choice_field, decimal_field, number_field, switch_field, text_field

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class Sample(Choices):
    top: int = number_field(5, least=1, most=20)
    heat: float = decimal_field(1.0, least=0.1, most=10.0)
    sort: str = choice_field("layer", "entropy")
    mirrored: bool = switch_field(False)
    note: str = text_field("", longest=8)


@dataclass(frozen=True, kw_only=True)
class Controlled(Choices):
    """Fields of every kind, under the names of controls that there are."""

    controls = "sampling_"

    top_k: int = number_field(5, least=1, most=20)
    temperature: float = decimal_field(1.0, least=0.1, most=10.0, step=0.2, widget="number_input")
    score: str = choice_field("dot", "additive", texts="hand.score", control="score")
    task: str = choice_field("copy", "dates", texts="guided.task", control="guided_live", widget="selectbox")
    width: int = choice_field(32, 64, default=64, control="lab_width", widget="select_slider", formerly="breadth")
    causal: bool = switch_field(False, control="causal")
    tokens: str = text_field("", longest=8, control="tokens")


def draw(kind, chosen, how) -> None:
    """Draw the control of every field, after some choices; AppTest runs this as a script of its own."""
    from dataclasses import fields

    from pages.shared.state import state
    from pages.shared.widgets.controls import choice

    current = state()
    if kind not in current.choices:
        current.choose(kind, **chosen)
    for each in fields(kind):
        choice(current, kind, each.name, **how.get(each.name, {}))


class Page:
    """A page of nothing but the controls of `Controlled`."""

    def __init__(self, chosen: dict[str, Any] | None = None, **how: dict[str, Any]) -> None:
        self.at = AppTest.from_function(draw, kwargs={"kind": Controlled, "chosen": chosen or {}, "how": how}).run()
        assert not self.at.exception

    def __getitem__(self, name: str) -> Any:
        """Return the widget of a control, by the control's name."""
        kinds = "slider", "number_input", "button_group", "selectbox", "select_slider", "toggle", "text_input"
        (found,) = (w for kind in kinds for w in self.at.get(kind) if w.key.startswith(f"control-{name}-"))
        return found

    @property
    def chosen(self) -> "Controlled":
        """Return what is chosen now."""
        return self.at.session_state["app"].chosen(Controlled)


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


@dataclass(frozen=True, kw_only=True)
class Moved(Choices):
    """A choice whose default was another once, when links did not name it."""

    show: str = choice_field("causal", "draw", absent="draw")


def test_a_link_of_before_a_default_was_another_means_what_it_meant():
    assert Moved().show == "causal" and Moved.from_params({"step": "3"}, []).show == "draw"
    for show in ("causal", "draw"):
        assert Moved.from_params(Moved(show=show).params(), []).show == show
    assert Moved(show="draw").params() == {}


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


def test_a_control_has_the_bounds_options_and_lengths_that_a_link_has():
    page = Page()
    top_k, temperature = page["sampling_top_k"], page["sampling_temperature"]
    assert (top_k.type, top_k.min, top_k.max, top_k.value) == ("slider", 1, 20, 5)
    assert (temperature.type, temperature.min, temperature.max, temperature.step) == ("number_input", 0.1, 10.0, 0.2)
    assert page["lab_width"].options == ["32", "64"] and page["lab_width"].value == 64
    assert page["tokens"].proto.max_chars == 8 and page["causal"].value is False
    assert page["sampling_top_k"].label == t("control.sampling_top_k") and top_k.help == t("help.sampling_top_k")


def test_options_read_as_the_texts_that_their_field_names():
    page = Page()
    assert page["score"].options == [as_plain(t(f"hand.score_{name}")) for name in ("dot", "additive")]
    assert page["guided_live"].options == [t("guided.task_copy"), t("guided.task_dates")]


@pytest.mark.parametrize(
    ("control", "field", "value"),
    [
        ("sampling_top_k", "top_k", 7), ("sampling_temperature", "temperature", 2.5), ("score", "score", "additive"),
        ("guided_live", "task", "dates"), ("lab_width", "width", 32), ("causal", "causal", True),
        ("tokens", "tokens", "a b"),
    ],
)  # fmt: skip
def test_a_control_sets_its_field_and_shows_it(control, field, value):
    page = Page()
    page[control].set_value(value).run()
    assert getattr(page.chosen, field) == value and page[control].value == value
    assert page.chosen == Controlled(**{field: value})
    assert Page({field: value})[control].value == value


def test_where_a_run_offers_less_the_nearest_is_shown_and_the_choice_stays():
    chosen = {"top_k": 18, "score": "additive", "width": 32}
    page = Page(chosen, top_k={"max_value": 9}, score={"options": ["dot"]}, width={"value": 64})
    assert page["sampling_top_k"].max == 9 and page["sampling_top_k"].value == 9
    assert page["score"].value == "dot" and len(page["score"].options) == 1 and page["lab_width"].value == 64
    assert page.chosen == Controlled(**chosen)


def test_a_control_may_do_something_else_than_set_its_field():
    taken = []
    page = Page(top_k={"take": taken.append})
    page["sampling_top_k"].set_value(9).run()
    assert taken == [9] and page.chosen == Controlled()


def test_a_former_name_in_a_link_opens_the_same_and_is_written_under_the_new_one():
    problems: list[str] = []
    found = Controlled.from_params({"breadth": "32"}, problems)
    assert found == Controlled.from_params({"width": "32"}, problems) == Controlled(width=32) and not problems
    assert found.params() == {"width": "32"} and "breadth" in Controlled.url_names()
    assert Controlled.from_params({"breadth": "64", "width": "32"}, []).width == 32
    assert Controlled.from_params({"breadth": "7"}, problems) == Controlled() and "breadth=7" in problems[0]


def test_an_old_link_to_the_lab_is_rewritten_under_the_new_names(visit):
    opened = visit()
    opened.at.session_state["app"].visitor = "0" * 32
    opened.enter("training_lab", {"width": "96", "feeding": "linear", "after": "0123456789ab"})
    new = {"d_model": "96", "sampling": "linear", "start_from": "0123456789ab"}
    assert new.items() <= opened.link.items() and not {"width", "feeding", "after"} & set(opened.link)
    again = visit()
    again.at.session_state["app"].visitor = "0" * 32
    assert again.enter("training_lab", new).link == opened.link


def every_kind() -> list[type[Choices]]:
    for path in (ROOT / "pages").glob("*/choices.py"):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [kind for kind in Choices.__subclasses__() if kind.__module__.startswith("pages.")]


def test_no_page_uses_a_name_that_all_pages_share():
    assert every_kind()
    for kind in every_kind():
        assert not kind.url_names() & links.KNOWN, kind
        assert all(PARAM in each.metadata for each in fields(kind)), kind


def test_no_name_in_the_address_means_two_things():
    for kind in every_kind():
        former = [former for each in fields(kind) if (former := kind.param(each.name).formerly) is not None]
        assert len(kind.url_names()) == len(fields(kind)) + len(former), kind


def test_every_option_with_a_text_has_one():
    for kind in every_kind():
        for param in (kind.param(each.name) for each in fields(kind)):
            assert {f"{param.texts}_{option}" for option in param.options if param.texts} <= set(catalogue("en")), kind


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
    assert "section=conclusions; expected one of: numbers, cache, code, alternatives, evidence, question" in page.said
    assert page.control("button_group", "section").value == "numbers"
