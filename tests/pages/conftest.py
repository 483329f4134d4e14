"""AppTest from app.py, as a visitor's browser would run it, without the browser."""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.run import models
from pages.shared.jobs import QUEUE
from pages.training_lab import upload, visitor_runs, workshop

FIRST = "whole_model"
PATIENCE = 600  # seconds, for a computation on a busy machine
APP = str(Path(__file__).parents[2] / "app.py")


class Visit:
    """One visitor, on Decode unless another page is named: what the page was sent, and the controls by name."""

    def __init__(self, query: str = "", page: str = "decode") -> None:
        self.at = AppTest.from_file(APP, default_timeout=60)
        for name, value in parse_qsl(query, keep_blank_values=True):
            self.at.query_params[name] = value
        # Before a first run AppTest knows no page by its file; its address is "" for the first of the menu.
        self.at._page_hash = calc_hash("" if page == FIRST else page)
        self.at.run()

    @property
    def data(self) -> dict[str, Any]:
        """Return what the decode view was sent."""
        return next(data for data in self.sent if "run" in data)

    @property
    def board(self) -> dict[str, Any]:
        """Return the panels of all boards, by id."""
        boards = [data["panels"] for data in self.sent if "panels" in data]
        return {name: panel for panels in boards for name, panel in panels.items()}

    @property
    def sent(self) -> list[dict[str, Any]]:
        """Return what each component was sent."""
        return [json.loads(element.proto.json) for element in self.at.get("bidi_component") if element.proto.json]

    @property
    def written(self) -> str:
        """Return what the model wrote, specials left out."""
        return "".join(step["predicts"] for step in self.data["run"]["steps"] if not step["predicts"].startswith("⟨"))

    @property
    def said(self) -> str:
        """Return every sentence shown as plain text."""
        return "\n".join(element.value for element in self.at.text)

    @property
    def link(self) -> dict[str, str]:
        """Return the choices that stand in the address."""
        return dict(parse_qsl(urlencode(self.at.query_params, doseq=True)))

    @property
    def told(self) -> str:
        """Return every sentence shown as Markdown, and every formula."""
        return "\n".join(element.value for element in (*self.at.markdown, *self.at.caption, *self.at.latex))

    def enter(self, page: str, choices: Mapping[str, object]) -> "Visit":
        """Open a page at an address with these choices and no others."""
        self.at.query_params.clear()
        for name, value in choices.items():
            self.at.query_params[name] = str(value)
        self.at.switch_page(f"pages/{page}/page.py").run()
        assert not self.at.exception
        return self

    def control(self, kind: str, name: str) -> Any:
        """Return a widget by the name of the choice it stands for, whatever number its key has come to."""
        drawn = [widget for widget in self.at.get(kind) if re.fullmatch(rf"control-{name}(-\d+)?", widget.key or "")]
        assert len(drawn) == 1, f"{len(drawn)} widgets of kind {kind} are called {name}"
        return drawn[0]

    def wait_for(self, name: str) -> "Visit":
        """Wait until a computation has ended, as a visitor who looks on, and draw the page once it has."""
        job, until = self.at.session_state["app"].jobs[name], time.monotonic() + PATIENCE
        while job.live and time.monotonic() < until:
            job.beat = time.monotonic()
            job.ended.wait(1)
        assert job.finished
        self.at.run()
        return self

    def read(self, source: str) -> "Visit":
        """Type a source and press Enter."""
        self.control("text_input", "source").set_value(source).run()
        return self


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch) -> str:
    """Return a visitor whose runs lie apart."""
    for module in (models, visitor_runs, upload, workshop):
        monkeypatch.setattr(module, "RUNS", tmp_path / "runs")
    return secrets.token_hex(16)


@pytest.fixture(scope="session", autouse=True)
def no_job_outlives_the_tests() -> Iterator[None]:
    """End what is still computed at the end: a thread within torch would let the interpreter's exit fail."""
    yield
    jobs = list(QUEUE.jobs)
    for job in jobs:
        job.stop.set()
    for job in jobs:
        job.ended.wait(60)


@pytest.fixture(scope="session", autouse=True)
def packages_are_searched_once() -> Iterator[None]:
    """Let AppTest look only once through all installed packages for components, not for every page that is opened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def visit():
    """Return a function that opens the app, with an optional query string, and checks that nothing broke."""
    opened: list[Visit] = []

    def open_app(query: str = "", page: str = "decode") -> Visit:
        opened.append(Visit(query, page))
        return opened[-1]

    yield open_app
    for one in opened:
        assert not one.at.exception, one.at.exception
