"""Questions in a real browser: found while one types, one open at a time, and a link away from their views."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from pages.questions.entries import entries
from tests.browser.harness import at_rest


def by_name(name: str):
    return next(entry for entry in entries() if entry.name == name)


@pytest.fixture
def page(browser, address):
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    tab.goto(f"{address}/questions")
    tab.get_by_text(by_name("query-key-value").question).wait_for()
    at_rest(tab)
    yield tab
    tab.close()


def question(page: Page, name: str):
    return page.locator(f".st-key-question-{name}")


def test_a_question_is_found_opened_by_key_closes_the_last_one_and_leads_to_its_view(page):
    first, second = by_name("length-penalty"), by_name("beam-width")
    page.get_by_placeholder("Search, for example").press_sequentially("length beam")
    expect(page.locator("[data-testid=stExpander]")).to_have_count(2)
    question(page, first.name).locator("summary").press("Enter")
    expect(page.get_by_role("link", name=first.label)).to_be_visible()
    question(page, second.name).locator("summary").click()
    expect(page.get_by_role("link", name=second.label)).to_be_visible()
    expect(question(page, first.name).locator("details[open]")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"search=length\+beam&q={second.name}"))
    page.get_by_role("link", name=second.label).click()
    page.get_by_role("heading", name="Search ·").wait_for()
    at_rest(page)
    expect(page.get_by_text("Accuracy and time by beam width")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name=second.label)).to_be_visible()


def test_a_link_to_a_question_brings_its_answer_into_view(page, address):
    entry = by_name("train-on-the-score")  # the last one
    page.goto(f"{address}/questions?q={entry.name}")
    expect(page.get_by_role("link", name=entry.label)).to_be_in_viewport(ratio=1)
    question(page, entry.name).locator("summary").click()
    expect(page.locator("details[open]")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("q="))


def test_links_to_the_whole_model_open_it_with_their_part_chosen(page, address):
    """Which part that is, the browser decides: it must fit what is looked at."""
    parts = [entry.params for entry in entries() if entry.page == "whole_model"]
    assert parts
    for params in parts:
        page.goto(f"{address}/?{urlencode(params)}")
        expect(page.locator(f"[data-painted][data-part='{params['part']}']")).to_be_visible()
