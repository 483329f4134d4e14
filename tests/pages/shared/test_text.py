"""Every visible string comes from the catalogue, and the catalogue holds nothing that nobody shows."""

import re
from pathlib import Path

import pytest

from pages.shared import text
from pages.shared.browser.scripts import join_view
from pages.shared.run.runs import SWITCHES
from tests import app_pages

ROOT = Path(__file__).parents[3]
PAGES = "\n".join(path.read_text() for path in (ROOT / "app.py", *(ROOT / "pages").rglob("*.py")))
VIEWS = sorted(path.parent.name for path in (ROOT / "assets" / "components").glob("*/main.js"))
TITLES = [f"{page}.{name}" for page in app_pages.PAGES for name in ("title", "claim")]


def prefix_of(view: str) -> str:
    """Return where the catalogue keeps the strings that a view's script asks for, which lib has none of."""
    return {"decode": "view"}.get(view, view)


def test_every_string_asked_for_is_there():
    asked = set(re.findall(r"\bt\(\s*\"([\w.]+)\"", PAGES))
    assert asked
    assert asked <= set(text.catalogue("en"))


@pytest.mark.parametrize("view", VIEWS)
def test_every_string_the_scripts_ask_for_is_there(view: str):
    script, _ = join_view(view)
    asked = set(re.findall(r"say\(\s*'(\w+)'", script)) - {"head_title"}
    assert asked <= set(text.under(prefix_of(view)))


def test_every_page_has_a_title_and_a_claim():
    assert set(TITLES) <= set(text.catalogue("en"))


def test_every_control_has_a_label_and_help():
    for name in (
        *SWITCHES,
        "model",
        "reference",
        "layer",
        "head",
        "pads",
        "source",
        "examples",
        "pin",
        "unpin",
        "copy",
        "section",
    ):
        assert text.t(f"control.{name}")
        assert len(text.t(f"help.{name}")) > 10


def test_the_catalogue_holds_nothing_that_nobody_shows():
    shown = set(re.findall(r"[\"']([a-z_]+\.[a-z_]+)[\"']", PAGES))
    built = (
        *re.findall(r"t(?:_or)?\(f[\"'](\w+\.\w*)\{", PAGES),
        *(f"{prefix}_" for prefix in re.findall(r"texts=\"(\w+\.\w+)\"", PAGES)),
        *(f"{prefix_of(view)}." for view in VIEWS),
    )
    unused = [
        key for key in text.catalogue("en") if key not in shown and key not in TITLES and not key.startswith(built)
    ]
    assert unused == []


def test_a_missing_place_in_a_template_is_noticed():
    filled = text.t("problem.too_long", longest=64, got="70", over="6")
    assert "{" not in filled and "64" in filled and "70" in filled


def test_a_string_that_is_missing_is_replaced_and_its_places_filled():
    assert text.t_or("evidence.task_dates", "evidence.task_other", task="x") == "dates"
    assert text.t_or("evidence.task_poetry", "evidence.task_other", task="poetry") == "poetry"


def test_what_is_kept_with_its_sentences_is_kept_for_each_language(monkeypatch):
    made = []

    @text.cached_by_language(maxsize=4)
    def sentence(number: int) -> str:
        """Say it."""
        made.append(number)
        return f"{text.language()} {number}"

    assert sentence.__doc__ == "Say it." and sentence(1) == sentence(1) == "en 1" and made == [1]
    monkeypatch.setattr(text, "LANGUAGE", "de")
    assert sentence(1) == "de 1" and made == [1, 1]
    sentence.cache_clear()
    assert sentence(1) == "de 1" and len(made) == 3
