"""A language is a folder of assets/text: a made-up one is shown on every page, and what it lacks stands in English."""

import json
import re
import shutil
from pathlib import Path

import pytest

from core import paths
from pages.shared import text
from tests.app_pages import PAGES

MARKED = re.compile(r"‹.*›", re.DOTALL)
LEFT_OUT = "decode.claim"


def marked(string: str) -> str:
    """Return a string as the made-up language has it; places to fill in stay."""
    return f"‹{string}›"


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch) -> None:
    """Add a language that marks every string but one, and show it."""
    shutil.copytree(paths.TEXT, tmp_path / "text")
    strings = tmp_path / "text" / "xx" / "strings"
    strings.mkdir(parents=True)
    for path in (paths.TEXT / "en" / "strings").glob("*.json"):
        english = json.loads(path.read_text(encoding="utf-8"))
        words = {key: marked(string) for key, string in english.items() if key != LEFT_OUT}
        (strings / path.name).write_text(json.dumps(words), encoding="utf-8")
    monkeypatch.setattr(paths, "TEXT", tmp_path / "text")
    monkeypatch.setattr(text, "LANGUAGE", "xx")
    yield
    text.catalogue.cache_clear()
    text._prose.cache_clear()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_a_language_that_was_added(made_up, visit, name):
    page = visit().enter(name, {})
    title = page.at.markdown[0].value
    assert marked(text.catalogue("en")[f"{name}.title"]) in title
    labels = [widget.label for kind in ("selectbox", "toggle", "button", "slider") for widget in page.at.get(kind)]
    assert [label for label in labels if label and not MARKED.fullmatch(label)] == []


def test_what_a_language_lacks_stands_in_english(made_up):
    assert text.t(LEFT_OUT) == text.catalogue("en")[LEFT_OUT]
    assert text.prose("decode_question_other") == (paths.TEXT / "en" / "decode_question_other.md").read_text()


def test_a_language_that_is_not_there_is_named_with_those_that_are(monkeypatch):
    monkeypatch.setattr(text, "LANGUAGE", "tlh")
    with pytest.raises(ValueError, match="no language 'tlh' in assets/text; there are en"):
        text.t("decode.title")
