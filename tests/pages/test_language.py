"""A language is a folder of assets/text: a made-up one is shown on every page, and what it lacks stands in English."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import paths
from core.screen.texts import browsers_own, languages, speaking
from pages.questions.entries import entries
from pages.shared import text
from tests.app_pages import PAGES
from tests.languages import NAME, OWN_NAME, another_language, forget_texts, marked

MARKED = re.compile(r"‹.*›", re.DOTALL)
LEFT_OUT = "decode.claim"
every_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture
def texts(tmp_path: Path) -> Iterator[Path]:
    """Add a language by adding its folder, and nothing else."""
    with another_language(tmp_path) as found:
        yield found


@every_page
def test_every_page_speaks_a_language_that_was_added(texts, visit, name):
    page = visit(f"lang={NAME}", name)
    title = page.at.markdown[0].value
    assert marked(text.catalogue("en")[f"{name}.title"]) in title
    labels = [widget.label for kind in ("selectbox", "toggle", "button", "slider") for widget in page.at.get(kind)]
    assert [label for label in labels if label and not MARKED.fullmatch(label)] == []


def test_a_language_that_was_added_can_be_chosen_by_its_own_name(texts, visit):
    page = visit()
    choice = page.control("segmented_control", "language")
    assert OWN_NAME in choice.options and choice.options[0] == "English"
    choice.set_value(NAME).run()
    assert marked(text.catalogue("en")["decode.title"]) in page.at.markdown[0].value
    assert page.link["lang"] == NAME
    page.control("segmented_control", "language").set_value("en").run()
    assert text.catalogue("en")["decode.title"] in page.at.markdown[0].value and page.link["lang"] == "en"


def test_another_language_shows_the_same(texts, visit):
    link = "model=spelling&source=knight&layer=2&head=3&step=3&causal=off&attention=self"
    page = visit(link)
    before = page.link
    page.control("segmented_control", "language").set_value(NAME).run()
    assert page.link == before | {"lang": NAME}
    assert page.data["text"] == text.under("view") or "‹" in page.data["text"]["source"]
    page.at.switch_page("pages/heads/page.py").run()
    assert page.link["source"] == "knight" and page.link["lang"] == NAME
    assert marked(text.catalogue("en")["heads.title"]) in page.at.markdown[0].value


def test_a_head_that_the_browser_says_was_pressed_counts_after_a_language(visit):
    """The browser says so without having heard of the language, which decides nothing of what is looked at."""
    page = visit("source=3+mars+2001&head=4")
    app = page.at.session_state["app"]
    known = app.revision
    page.control("segmented_control", "language").set_value("zh").run()
    app.follow({"head": 0}, known, {"head": 0})
    assert app.view.head == 0


def test_a_lesson_goes_on_in_another_language(texts, visit):
    page = visit("lesson=1", "whole_model")
    lesson = next(data for data in page.sent if "lesson" in data)
    page.control("segmented_control", "language").set_value(NAME).run()
    now = next(data for data in page.sent if "lesson" in data)
    assert now["lesson"]["number"] == lesson["lesson"]["number"] and now["lesson"]["title"].startswith("‹")
    assert page.link["lesson"] == "1"


def test_a_lesson_s_link_may_name_a_language(texts, visit):
    page = visit(f"lesson=1&lang={NAME}", "whole_model")
    assert next(data for data in page.sent if "lesson" in data)["lesson"]["title"].startswith("‹")
    assert "source" in page.link and page.link["lang"] == NAME


def test_a_link_in_a_language_that_is_not_there_is_answered(visit):
    page = visit("lang=tlh")
    assert "lang=tlh" in page.said and "zh" in page.said
    assert text.catalogue("en")["decode.title"] in page.at.markdown[0].value and "lang" not in page.link


def test_what_is_written_late_by_the_browser_does_not_change_the_language_back(texts, visit):
    page = visit(f"lang={NAME}")
    page.control("segmented_control", "language").set_value("en").run()
    page.at.query_params["lang"] = NAME
    page.at.run()
    assert text.catalogue("en")["decode.title"] in page.at.markdown[0].value and page.link["lang"] == "en"


@pytest.mark.parametrize(
    ("locale", "found"),
    [
        ("zh-CN", "zh"),
        ("zh", "zh"),
        ("zh_Hans_CN", "zh"),
        ("zh-TW", "zh"),
        ("en-GB", "en"),
        ("tlh", "en"),
        (None, "en"),
    ],
)
def test_the_browser_s_own_language_is_spoken_at_a_first_visit(locale, found):
    assert browsers_own(locale) == found


def test_what_a_language_lacks_stands_in_english(texts):
    folder = texts / NAME
    for path in (folder / "strings").glob("*.json"):
        path.write_text(path.read_text(encoding="utf-8").replace(f'"{LEFT_OUT}"', f'"no.{path.stem}"'))
    (folder / "decode_question_other.md").unlink()
    forget_texts()
    with speaking(NAME):
        assert text.t(LEFT_OUT) == text.catalogue("en")[LEFT_OUT]
        assert text.prose("decode_question_other") == (paths.TEXT / "en" / "decode_question_other.md").read_text()


def test_a_language_that_is_not_there_is_named_with_those_that_are():
    with speaking("tlh"), pytest.raises(ValueError, match=r"no language 'tlh' in assets/text; there are .*\ben, "):
        text.t("decode.title")


def test_nothing_of_a_language_stays_behind_when_a_test_fails_in_it(tmp_path):
    with pytest.raises(KeyError), another_language(tmp_path), speaking(NAME):
        assert NAME in languages() and entries()[0].question.startswith("‹")
        raise KeyError
    assert NAME not in languages()
    with speaking(NAME):
        assert not entries()[0].question.startswith("‹")


def test_every_language_says_how_its_speakers_call_it():
    assert set(languages()) == {path.name for path in paths.TEXT.iterdir() if path.is_dir()}
    assert languages()["en"].name == "English" and languages()["zh"].name == "中文"
