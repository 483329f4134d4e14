"""Find the bug in a real browser: the evidence comes with the right cause alone, and the next bug begins open."""

import re

from playwright.sync_api import expect

from pages.bugs.entries import entry
from tests.browser.test_every_page import at_rest


def test_a_cause_is_chosen_and_answered(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/bugs?bug=polarity")
    at_rest(page, "bugs")
    found = entry("polarity")
    causes, columns = page.get_by_test_id("stRadio"), page.get_by_role("columnheader", name="without the mistake")
    causes.get_by_text(found.causes["no_mask"].cause).click()
    expect(page.get_by_text("Choose again.")).to_be_visible()
    expect(columns).to_have_count(0)
    causes.get_by_text(found.causes["polarity"].cause).click()
    expect(columns).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\bcause=polarity\b"))
    page.get_by_role("button", name="Next bug").click()
    expect(page.get_by_text(entry("leak").symptom[:30])).to_be_visible()
    expect(causes.locator("input:checked")).to_have_count(0)
    causes.get_by_text(entry("leak").causes["large_number"].cause).click()
    page.get_by_role("link", name="Open Masks").click()
    at_rest(page, "masks")
    expect(page).to_have_url(re.compile(r"/masks\?.*\bshow=causal\b"))
    page.close()
