"""Guided attention in a real Chromium: clicks on the board, training that moves, views that fit."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import SMALL_TEXT, at_rest, each_view

LAST = {"penalty": ".s2s-b-readout", "siblings": "td", "training": ".js-plotly-plot", "live": "button"}

INSIDE = """() => [...document.querySelectorAll('.s2s-b-panel')].map((x) => x.getBoundingClientRect())
    .every((box) => box.right <= innerWidth && box.bottom <= innerHeight)"""


@pytest.fixture
def opened(browser, address):
    """Return a function that opens the page, at 1280 × 720."""
    pages: list[Page] = []

    def open_page(query: str = "") -> Page:
        pages.append(browser.new_page())
        pages[-1].goto(f"{address}/guided_attention{query}")
        at_rest(pages[-1], "guided_attention")
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


def test_a_click_on_a_cell_takes_its_row_into_the_formula(opened):
    page = opened("?model=dates&source=3 mars 2001")
    board = page.locator("[data-panel='worth'] canvas[tabindex]")
    box = board.bounding_box()
    board.click(position={"x": box["width"] - 8, "y": box["height"] - 8})
    expect(page).to_have_url(re.compile(r"step=11"))
    expect(page.get_by_text("costliest cell of row 11")).to_be_visible()
    board.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(page.locator(".s2s-b-readout")).to_contain_text("cost of")


def test_both_models_are_trained_until_they_are_stopped(opened):
    page = opened("?show=live")
    page.get_by_role("button", name="Train both").click()
    expect(page.locator("[data-panel='live1']")).to_be_visible()
    expect(page.locator(".s2s-b-readout")).to_contain_text(re.compile(r"after [1-9]\d* steps"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"Ended after \d+ of 25"))).to_be_visible()
    expect(page.get_by_role("button", name="Train both")).to_be_visible()


def test_every_view_is_in_sight_on_a_small_projector_and_can_be_read(opened):
    page = opened("?model=spelling&source=imagination")
    for show in each_view(page, "guided_attention", LAST, of="guided"):
        expect(page.locator(LAST[show]).last).to_be_visible()
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0, show
        page.wait_for_function(INSIDE)
        assert page.evaluate(SMALL_TEXT) == [], show
