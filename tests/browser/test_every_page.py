"""What a real browser shows of every page: deep links, the claim, nothing cut off, nothing too small to read."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from pages.shared.text import t
from tests.app_pages import PAGES
from tests.browser import harness

# A new server for each page would take minutes, and all come in by the same door.
NOTE_DIALOGS = """
window.dialogs = 0;
new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
  window.dialogs += added.filter((node) => node.matches('[role=dialog]') || node.querySelector('[role=dialog]')).length;
}).observe(document, { childList: true, subtree: true });
"""
FIRST = "whole_model"
FIRST_REQUESTS = "masks", "training_lab"
SCREENS = 3
SMALL_TEXT = """() => {
  const small = new Set();
  const walker = document.createTreeWalker(document.querySelector('[data-testid=stApp]'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    const shown = text && holder.checkVisibility({ visibilityProperty: true });
    if (!shown || holder.closest('.katex, sup, sub, style, script')) continue;
    if (parseFloat(getComputedStyle(holder).fontSize) < 11.9) small.add(text.slice(0, 30));
  }
  return [...small];
}"""
# Of a board's lines, whether none has to be scrolled sideways.
FITTING = "lines => lines.every((line) => line.scrollWidth <= line.clientWidth)"

# What has the focus, or what it stands in, has a ring, or a border in the theme's colour; tables draw their own.
FOCUS_SEEN = """() => {
  const on = document.activeElement;
  if (on.matches('body, [data-testid=stMain], [data-testid=stDataFrame] *')) return true;
  for (let each = on, up = 0; each && up < 4; each = each.parentElement, up++) {
    const { outlineStyle, outlineWidth, boxShadow, borderTopColor } = getComputedStyle(each);
    if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) return true;
    if (boxShadow !== 'none' || borderTopColor === 'rgb(178, 58, 10)') return true;
  }
  return false;
}"""


def path_of(name: str) -> str:
    return "" if name == FIRST else name


def at_rest(page: Page, name: str) -> None:
    """Wait until a page's claim stands there, and all else of it."""
    expect(page.get_by_role("heading", name=t(f"{name}.title"), level=3)).to_be_visible()
    harness.at_rest(page)


def each_view(page: Page, name: str, shows: Iterable[str], of: str) -> Iterator[str]:
    """Go through views of a page that shows the first, as its control does, and wait until each stands there.

    `of` is what the texts of the page begin with.
    """
    first, *others = shows
    yield first
    for show in others:
        page.get_by_role("radio", name=t(f"{of}.show_{show}"), exact=True).click()
        expect(page).to_have_url(re.compile(rf"\bshow={show}\b"))
        at_rest(page, name)
        yield show


@pytest.mark.parametrize("name", FIRST_REQUESTS)
def test_a_deep_link_may_be_the_first_request_of_a_new_server(browser, name):
    with harness.serve() as address:
        page, other = browser.new_page(), browser.new_page()
        for each in (page, other):
            each.add_init_script(NOTE_DIALOGS)
        other.goto(f"{address}/heads", wait_until="commit")  # two visitors come before the server has run anything
        page.goto(f"{address}/{path_of(name)}?model=spelling&source=knight&layer=2")
        at_rest(page, name)
        at_rest(other, "heads")
        assert [each.evaluate("window.dialogs") for each in (page, other)] == [0, 0]
        other.close()
        menu = page.locator("[data-testid=stSidebarNav]")
        expect(menu.get_by_role("link")).to_have_count(len(PAGES))
        assert page.url.startswith(f"{address}/{path_of(name)}?") and "source=knight" in page.url
        menu.get_by_role("link", name="Decode").click()
        harness.settled(page)
        expect(page.get_by_label("Source", exact=True)).to_have_value("knight")
        page.close()


@pytest.mark.parametrize(
    ("former", "query", "name"),
    [
        ("by_hand", "tokens=one+two&score=additive", "self_attention"),
        ("all_at_once", "model=small-all-at-once&passes=3", "non_autoregressive"),
        ("rewards", "show=flat&shift=-1.5", "reinforcement_learning"),
    ],
)
def test_an_address_from_when_a_page_had_another_name_leads_to_it(browser, address, former, query, name):
    page = browser.new_page()
    page.add_init_script(NOTE_DIALOGS)
    page.goto(f"{address}/{former}?{query}")
    at_rest(page, name)
    now = urlsplit(page.url)
    assert now.path == f"/{name}" and dict(parse_qsl(query)).items() <= dict(parse_qsl(now.query)).items()
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link")).to_have_count(len(PAGES))
    assert page.evaluate("window.dialogs") == 0
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_small_and_large_screens_and_can_be_read(browser, address, name):
    page = browser.new_page()
    page.goto(f"{address}/{path_of(name)}")
    at_rest(page, name)
    main = page.locator("[data-testid=stMain]")
    for width, height in harness.at_both_sizes(page):
        expect(page.get_by_text(t(f"{name}.claim"))).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
        assert page.evaluate(SMALL_TEXT) == []
        assert width < 1920 or main.evaluate("box => box.scrollHeight") <= SCREENS * height
    page.close()


@pytest.mark.parametrize("name", ("decode", "block", "evidence"))
def test_what_has_the_focus_is_seen_to_have_it(browser, address, name):
    page = browser.new_page()
    page.goto(f"{address}/{path_of(name)}")
    at_rest(page, name)
    for _ in range(60):
        page.keyboard.press("Tab")
        page.wait_for_function(FOCUS_SEEN)
    page.close()


@pytest.mark.parametrize("name", ("decode", "heads", "masks"))
def test_what_was_said_of_a_link_goes_once_something_else_is_chosen(browser, address, name):
    page = browser.new_page()
    page.goto(f"{address}/{path_of(name)}?head=zzz")
    at_rest(page, name)
    said = page.get_by_text("The link asks for head=zzz")
    expect(said).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("radiogroup", name="Head").get_by_role("radio").nth(1).click()
    expect(page).to_have_url(re.compile("head=2"))
    expect(said).to_have_count(0)
    page.close()
