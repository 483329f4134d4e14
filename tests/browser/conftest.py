"""One server and one Chromium for all browser tests of a process; a fresh visitor for each."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from core.sentences import ENGLISH
from pages.shared.language import COOKIE
from tests.browser import harness

SMALL = {"width": 1280, "height": 720}
PATIENCE = 60_000  # ms: what a busy machine may take
expect.set_options(timeout=PATIENCE)
MENU = "localStorage.getItem('stSidebarCollapsed-')"  # whether a visitor has hidden it, or null


def pytest_itemcollected(item: pytest.Item) -> None:
    """Skip what needs a browser where there is none; under CI its absence is a failure."""
    item.add_marker(pytest.mark.browser)
    if harness.CHROMIUM is None and not os.environ.get("CI"):
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium"))


class Tabs:
    """Open pages that share what they have loaded, which saves seconds each; for the server each is another visitor.

    A test of what a browser remembers, such as the Training lab's visitor or that the menu was hidden, needs a
    `new_context`: the tests after it begin without a memory.
    """

    def __init__(self, browser: Browser) -> None:
        self.new_context = browser.new_context
        self.shared = browser.new_context()
        self.shared.set_default_timeout(PATIENCE)

    def new_page(
        self, viewport: dict[str, int] = SMALL, color_scheme: str = "light", context: BrowserContext | None = None
    ) -> Page:
        """Open a page of this size and theme, in `context` or where all pages share what they have loaded."""
        page = (context or self.shared).new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        return page


@pytest.fixture(scope="session")
def browser() -> Iterator[Tabs]:
    with harness.chromium() as running:
        yield Tabs(running)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with harness.serve() as running:
        yield running


@pytest.fixture(autouse=True)
def forget_language(browser: Tabs) -> Iterator[None]:
    """Let no test leave a chosen language to those that follow: one that chooses needs a new context."""
    yield
    kept = {cookie["name"]: cookie["value"] for cookie in browser.shared.cookies()}
    browser.shared.clear_cookies(name=COOKIE)
    assert kept.get(COOKIE, ENGLISH) == ENGLISH, "the browser goes on in another language: use a new context"


@pytest.fixture
def visit(browser: Tabs, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address as a new visitor; at the end, nothing may have gone wrong in the page."""
    pages, wrong = [], []

    def failed(request: Request) -> None:
        """Note what could not be loaded, but for what is broken off because the page is closed."""
        if request.failure != "net::ERR_ABORTED":
            wrong.append(f"not loaded: {request.url}")

    def open_page(
        query: str = "",
        width: int = 1920,
        height: int = 1080,
        dark: bool = False,
        at: str = "",
        context: BrowserContext | None = None,
    ) -> Page:
        size, scheme = {"width": width, "height": height}, "dark" if dark else "light"
        page = browser.new_page(viewport=size, color_scheme=scheme, context=context)
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("requestfailed", failed)
        path = query.lstrip("/") if re.match(r"[/\w]", query) else f"decode{query}"
        page.goto(f"{at or address}/{path}")
        harness.settled(page)
        return page

    yield open_page
    shared = [page for page in pages if page.context is browser.shared and not page.is_closed()]
    if any(page.evaluate(MENU) is not None for page in shared):
        wrong.append("the browser remembers the menu for the tests that follow: use a new context")
    for page in pages:
        page.close()
    assert not wrong, wrong
