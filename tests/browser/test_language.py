"""In a real browser: a first visit is in its language, the choice is kept, and no English is left on a Chinese page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app_pages import PAGES
from tests.browser.harness import at_rest, settled
from tests.browser.test_layout import FAULTS

# Three words of Latin letters in a row; names, tokens, code and what is typed are in no language.
ENGLISH = re.compile(r"(?<![\w./`<-])[A-Za-z][a-z]+(?:,? [a-z]{2,}){2,}")
WORDS = (Path(__file__).parent / "words.js").read_text()
# Streamlit's own words, in its menu and its tables, and sources that are sentences.
NOT_OURS = re.compile(
    r"Mia fed|the 25th|st of August|of June|of July|Search for|Press Enter|Show/hide|Skip to|main menu"
    r"|Link to heading"
)


def english_words(page: Page) -> set[str]:
    """Return the texts of a page that have three English words in a row."""
    return {text for text in page.evaluate("wordsShown()") if ENGLISH.search(text) and not NOT_OURS.search(text)}


@pytest.fixture
def chinese(browser, address):
    """Open the browser of somebody who reads Chinese."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
    context.add_init_script(FAULTS)
    context.add_init_script(WORDS)
    yield context.new_page()
    context.close()


def test_no_english_is_left_on_a_chinese_page(chinese, address):
    found = {}
    chinese.goto(address)
    chinese.wait_for_selector("h3")
    links = chinese.locator("[data-testid=stSidebarNavLink]")
    assert links.count() == len(PAGES)
    for place in range(len(PAGES)):
        title = links.nth(place).inner_text().split("\n")[-1]  # behind the name of its icon
        links.nth(place).click()
        chinese.wait_for_selector(f"h3:has-text('{title}')")
        at_rest(chinese)
        assert chinese.evaluate("document.documentElement.lang") == "zh"
        assert chinese.evaluate("document.documentElement.scrollWidth") <= 1280
        texts = english_words(chinese)
        found |= {title: texts} if texts else {}
    assert found == {}


def test_a_chosen_language_keeps_the_view_and_is_kept(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/decode?model=spelling&source=knight&step=3&layer=2&head=3&causal=off")
    settled(page)
    before = page.url
    page.locator(".st-key-language-place").get_by_text("中文").click()
    page.wait_for_selector("h3:has-text('逐步解码')")
    settled(page)
    assert page.url == f"{before}&lang=zh" and page.title() == "逐步解码 · seq2see"
    assert "读 AY" in page.inner_text(".s2s-view") and "Next token" not in page.inner_text(".s2s-view")
    page.goto(f"{address}/heads")
    page.wait_for_selector("h3:has-text('多头')")
    context.close()


def test_a_lesson_s_progress_and_the_run_stay_in_another_language(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/?lesson=1")
    settled(page)
    for _ in range(3):
        page.get_by_role("button", name="Step", exact=True).click()
    panel = page.locator(".s2s-lesson")
    expect(panel).to_have_attribute("data-done", "1")
    expect(page).to_have_url(re.compile("step=3"))
    before = page.url
    page.locator(".st-key-language-place").get_by_text("中文").click()
    expect(panel).to_contain_text("从一个序列到另一个序列")
    settled(page)
    assert page.url == f"{before}&lang=zh"
    expect(panel).to_have_attribute("data-done", "1")
    context.close()
