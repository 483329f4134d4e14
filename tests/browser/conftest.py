"""One server and one Chromium for all browser tests; a fresh visitor for each."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser import harness

expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none; under CI its absence is a failure.

    One process runs all of them, so that they have one server and one Chromium and do not wait for each other.
    """
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if harness.CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with harness.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with harness.serve() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address as a new visitor; at the end, nothing may have gone wrong in the page."""
    contexts, wrong = [], []

    def failed(request: Request) -> None:
        """Note what could not be loaded, but for what is broken off because the page is closed."""
        if request.failure != "net::ERR_ABORTED":
            wrong.append(f"not loaded: {request.url}")

    def open_page(query: str = "", width: int = 1920, height: int = 1080, dark: bool = False, at: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("requestfailed", failed)
        page.goto(f"{at or address}/{query}")
        harness.settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, wrong
