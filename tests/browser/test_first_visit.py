"""What a page shows whoever comes to it first, what it keeps of others, and where the browser's Back leads."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import at_rest

FIRST = {
    "search": "alfre",
    "non_autoregressive": "aardvark",
    "reinforcement_learning": "imagination",
    "heads": "3 mars 2001",
}


@pytest.fixture
def open_page(browser, address):
    pages: list[Page] = []

    def opened(path: str) -> Page:
        pages.append(browser.new_page({"width": 1600, "height": 1000}))
        pages[-1].goto(f"{address}/{path}")
        at_rest(pages[-1])
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def source(page: Page):
    return page.get_by_label("Source", exact=True).first


@pytest.mark.parametrize("name", FIRST)
def test_a_first_visit_shows_what_makes_the_pages_point(open_page, name):
    page = open_page(name)
    expect(source(page)).to_have_value(FIRST[name])
    page.get_by_role("link", name="Masks", exact=True).click()  # which has no source of its own
    page.get_by_role("heading", name="Masks ·").wait_for()
    expect(source(page)).to_have_value(FIRST[name])


def test_a_link_that_names_no_source_leaves_the_page_its_own_and_one_that_does_has_its_way(open_page):
    expect(source(open_page("search?beam=3"))).to_have_value("alfre")
    expect(source(open_page("search?source=3+mars+2001"))).to_have_value("3 mars 2001")


def test_back_leads_to_the_last_page_with_all_that_was_chosen_there(open_page):
    page = open_page("search")
    temperature = page.locator("input[aria-label=Temperature]").first
    temperature.fill("0.3")
    temperature.press("Enter")
    expect(page).to_have_url(re.compile("temperature=0.3"))
    page.get_by_role("button", name="Back", exact=True).first.click()
    expect(page).to_have_url(re.compile("upto="))
    before = page.url
    page.get_by_role("link", name="Masks", exact=True).click()
    expect(page).to_have_url(re.compile("/masks.+source="))
    at_rest(page)
    page.go_back()
    expect(page).to_have_url(before)
    expect(temperature).to_have_value("0.30")
