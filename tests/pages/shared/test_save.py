"""What the server adds to what a browser saves: scripts of views, and the run."""

import base64
import json

import pytest

from core.run.view import View
from pages.shared.browser.save import answer_to
from pages.shared.first import first_spec
from pages.shared.selection import Selection
from pages.shared.state import AppState


@pytest.fixture
def current() -> AppState:
    current = AppState(Selection(first_spec(), View()))
    current.shown = current.spec
    return current


def test_a_browser_is_sent_the_scripts_of_views_and_no_other_file(current: AppState) -> None:
    answer = answer_to({"kind": "html", "id": 7, "views": ["decode", "../save", "", 5, None]}, current)
    assert set(answer["scripts"]) == {"decode"}
    assert "export default" in answer["scripts"]["decode"]["script"]
    assert (answer["id"], answer["kind"], answer["choices"]) == (7, "html", None)


def test_a_browser_is_sent_the_run_that_is_shown(current: AppState) -> None:
    found = json.loads(base64.b64decode(answer_to({"kind": "json", "id": 1}, current)["file"]))
    assert found["text"] == current.spec.source
    assert found["cross_weights"]


@pytest.mark.parametrize("asked", ({"kind": "exe"}, {"kind": None}, {}, {"kind": ["x"]}, {"kind": "html", "views": 3}))
def test_a_request_that_makes_no_sense_is_not_answered(current: AppState, asked: dict) -> None:
    answer = answer_to(asked, current)
    assert answer is None or answer["scripts"] == {}
