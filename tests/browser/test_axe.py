"""Whether axe-core finds no serious or critical fault on any page, in light and dark.

It reads what a screen reader reads and what an eye can tell apart, but no canvas: those are held by tests of their own.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.shared.text import t
from tests.app_pages import PAGES
from tests.browser.test_every_page import path_of
from tests.browser.test_layout import DARK, unmoved

AXE = Path(__file__).parents[2] / ".ci/eslint/node_modules/axe-core/axe.min.js"
# What Streamlit draws by itself and lets nobody reach, with the rules that it breaks there.
STREAMLITS_OWN = {
    "[data-testid=stSidebarNavItems]": [
        "list",
        "listitem",
    ],  # each section of the menu is a <div> between <ul> and <li>
}
RUN = """async ([own, rules]) => {
  const options = { resultTypes: ['violations'], elementRef: true, ...(rules && { runOnly: rules }) };
  const { violations } = await axe.run(document, options);
  const isOwn = (id, element) => Object.entries(own).some(([at, ids]) => ids.includes(id) && element.closest(at));
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = ({ html, any }) => `${html.slice(0, 200)} ${any[0]?.message ?? ''}`;
  return grave.flatMap(({ id, nodes }) =>
    nodes.filter(({ element }) => !isOwn(id, element)).map((node) => `${id}: ${told(node)}`));
}"""
# The page has taken the dark theme in, its views have too, and no colour is on its way.
IS_DARK = """(ground) => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor === ground
  && [...document.querySelectorAll('.s2s-themed')].every(({ dataset }) => dataset.theme === 'dark')
  && !document.getAnimations().some((each) => each instanceof CSSTransition)"""

pytestmark = pytest.mark.skipif(
    not AXE.exists() and not os.environ.get("CI"), reason="no axe-core here: npm ci --prefix .ci/eslint"
)


@pytest.fixture(scope="module")
def reader(browser) -> Iterator[Page]:
    """Return a page that can be asked for its faults; the walk through the app keeps it, which saves a minute."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="light")
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def faults(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe-core finds, of all rules or of some."""
    return page.evaluate(RUN, [STREAMLITS_OWN, rules])


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_on_a_page_in_light_or_dark(reader, address, name):
    reader.goto(f"{address}/{path_of(name)}")
    expect(reader.get_by_role("heading", name=t(f"{name}.title"), level=3)).to_be_visible()
    unmoved(reader)
    found = faults(reader)
    reader.emulate_media(color_scheme="dark")
    reader.wait_for_function(IS_DARK, arg=DARK)
    unmoved(reader)
    found += [f"dark: {fault}" for fault in faults(reader, ["color-contrast"])]
    reader.emulate_media(color_scheme="light")
    assert found == []
