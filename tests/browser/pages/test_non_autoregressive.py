"""The Non-autoregressive page in a real browser: clicks on lengths and passes, and how it stands on the screen."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from core.evaluation.evidence import read_evidence
from tests.browser import harness
from tests.browser.test_every_page import at_rest

WRITER = "non_autoregressive?model=small-all-at-once"
RIGHT = {each["source"]: each["right"][0] for each in read_evidence("all-at-once-small-all-at-once")["shown"]}


@pytest.fixture
def open_page(browser, address):
    """Return a function that opens an address as a new visitor and waits until the passes are drawn."""
    pages = []

    def opened(query: str) -> Page:
        page = browser.new_page()
        pages.append(page)
        page.goto(f"{address}/{query}")
        at_rest(page, "non_autoregressive")
        expect(page.locator(".s2s-passes[data-drawn]")).to_be_visible()
        return page

    yield opened
    for page in pages:
        page.close()


def test_a_click_on_a_length_overrules_it_and_the_slider_follows(open_page):
    page = open_page(f"{WRITER}&source=3 mars 2001")
    grid = page.locator(".s2s-p-grid tr[data-pass='1'] td[data-state]")
    expect(grid).to_have_count(10)
    page.locator(".s2s-p-bar[data-length='12']").click()
    expect(grid).to_have_count(12)
    expect(page).to_have_url(re.compile("longer=2"))
    expect(page.get_by_role("slider", name="Output length")).to_have_value("12")
    page.locator(".s2s-p-bar[data-foretold]").click()
    expect(grid).to_have_count(10)
    expect(page).not_to_have_url(re.compile("longer="))


def test_a_known_mistake_is_taken_for_source_and_reference_everywhere(open_page):
    page = open_page(f"{WRITER}&source=3 mars 2001")
    for place in (0, 2):
        mistake = page.locator(".st-key-examples-row-mistakes button").filter(has_text=": ").nth(place)
        expect(mistake).to_contain_text(": ")
        source = mistake.inner_text().split(": ", 1)[1]
        mistake.click()
        expect(page).to_have_url(re.compile(re.escape(urlencode({"source": source}))))
        harness.at_rest(page)
        expect(page.get_by_label("Source", exact=True)).to_have_value(source)
        expect(page.get_by_test_id("stSidebar").get_by_role("textbox")).to_have_value(RIGHT[source])
        expect(page.locator(".st-key-examples-row button[aria-checked=true]")).to_have_count(0)


def test_a_click_on_a_pass_looks_at_it(open_page):
    page = open_page(f"{WRITER}&source=3 mars 2001")
    expect(page.locator("tr[data-pass='1']")).to_have_attribute("aria-selected", "true")
    page.locator("tr[data-pass='3'] th button").click()
    expect(page.locator("tr[data-pass='3']")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile("look=3"))
    expect(page.locator("[data-panel='distributions'] figcaption")).to_contain_text("pass 3")
    page.locator("tr[data-pass='2'] td").first.click()
    expect(page).to_have_url(re.compile("look=2"))


def test_a_link_shows_the_same_in_a_fresh_browser(open_page):
    page = open_page(f"{WRITER}&source=3 mars 2001")
    page.locator("tr[data-pass='2'] th button").click()
    page.locator(".s2s-p-bar[data-length='9']").click()
    expect(page).to_have_url(re.compile("longer=-1"))
    at_rest(page, "non_autoregressive")
    table = page.locator(".s2s-p-grid table").inner_text()
    again = open_page(page.url.split("/", 3)[3])
    expect(again.locator("tr[data-pass='2']")).to_have_attribute("aria-selected", "true")
    assert again.locator(".s2s-p-grid table").inner_text() == table


def test_all_passes_are_in_sight_and_none_is_cut_off_in_both_themes(open_page):
    page = open_page(f"{WRITER}&source=3 mars 2001&passes=4")
    for scheme in harness.in_both_themes(page):
        expect(page.locator(".s2s-passes")).to_have_attribute("data-theme", scheme)
        for _ in harness.at_both_sizes(page):
            expect(page.locator("tr[data-row='right']")).to_be_in_viewport()
            expect(page.locator("[data-panel='distributions'] canvas[tabindex]")).to_be_in_viewport(ratio=0.5)
            assert page.locator(".s2s-p-scroll").evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_decode_lets_nothing_be_forced_on_such_a_model(visit):
    page = visit("?model=small-all-at-once&source=3 mars 2001&step=3")
    expect(page.locator(".s2s-candidate:not([data-empty])").first).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".s2s-candidate:not([data-empty]):not([aria-disabled])")).to_have_count(0)
    expect(page.locator(".s2s-row-target .s2s-slot[data-state='empty']")).to_have_count(0)
    expect(page.get_by_text("position 3 of 10")).to_be_visible()
    run = page.locator(".s2s-view").get_attribute("data-run")
    page.locator(".s2s-candidate").nth(1).click(force=True)
    page.wait_for_timeout(300)
    assert page.locator(".s2s-view").get_attribute("data-run") == run
