"""The board in a real Chromium: numbers are typed, dragged and traced; a click chooses the query."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_every_page import at_rest


def open_board(browser, address: str, query: str = "", last: str = "o") -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{address}/self_attention{query}")
    at_rest(page, "self_attention")
    expect(panel(page, last)).to_be_visible()
    return page


def panel(page: Page, name: str) -> Locator:
    """Return the upper canvas of a panel, which takes the pointer and the keys."""
    return page.locator(f"[data-panel='{name}'] canvas[tabindex]")


def readout(page: Page) -> Locator:
    return page.locator(".s2s-b-readout")


def test_a_typed_number_goes_through_everything_at_once_and_into_the_address(browser, address):
    page = open_board(browser, address)
    before = page.locator("[data-panel='o'] canvas").first.evaluate("canvas => canvas.toDataURL()")
    panel(page, "x").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"edits=x%3A2%3A1%3A7"))
    page.wait_for_function(
        "before => document.querySelector(\"[data-panel='o'] canvas\").toDataURL() !== before", arg=before
    )
    page.get_by_role("button", name="Undo").click()
    expect(page).not_to_have_url(re.compile("edits="))
    page.close()


def test_what_is_no_number_is_explained_and_stays_to_be_corrected(browser, address):
    page = open_board(browser, address)
    panel(page, "x").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("1e")
    page.keyboard.press("Enter")
    expect(page.locator(".s2s-b-field")).to_have_attribute("aria-invalid", "true")
    expect(readout(page)).to_contain_text("1e")
    page.keyboard.press("Escape")
    expect(page.locator(".s2s-b-field")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("edits="))
    expect(readout(page)).not_to_contain_text("1e")
    page.close()


def test_what_was_wrong_is_no_longer_said_once_it_is_typed_otherwise_or_the_numbers_are_others(browser, address):
    page = open_board(browser, address)
    board = page.locator(".s2s-board")
    panel(page, "x").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("1e")
    page.keyboard.press("Enter")
    expect(board).to_have_attribute("data-complaint", "true")
    page.keyboard.type("0")
    expect(board).not_to_have_attribute("data-complaint", "true")
    page.keyboard.type("e")
    page.keyboard.press("Tab")  # leaves the cell as it was, and says why
    expect(board).to_have_attribute("data-complaint", "true")
    page.get_by_role("button", name="Draw", exact=False).first.click()
    expect(page).to_have_url(re.compile("seed="))
    expect(board).not_to_have_attribute("data-complaint", "true")
    page.close()


def test_pointing_at_a_weight_shows_what_made_it(browser, address):
    page = open_board(browser, address)
    panel(page, "weights").hover()
    expect(readout(page).locator("[data-factor='0']").first).to_be_visible()
    expect(readout(page)).to_contain_text("÷")
    page.close()


def test_a_click_on_a_row_chooses_the_query(browser, address):
    page = open_board(browser, address, "?show=matrices", last="O1")
    weights = panel(page, "A1")
    box = weights.bounding_box()
    weights.click(position={"x": box["width"] - 10, "y": box["height"] - 10})
    expect(page).to_have_url(re.compile("query=4"))
    page.close()
