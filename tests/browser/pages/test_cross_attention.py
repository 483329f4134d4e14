"""Cross-attention in a real Chromium: clicks on the boards, steps that look alike, and that effects are in sight."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.shared.text import t
from tests.browser import harness
from tests.browser.test_every_page import FITTING, at_rest, each_view

SHOWS = "step", "wirings", "alignment", "explanation"
SIXTY = "the 25th of June, 2009 and then some more words until sixty."


@pytest.fixture
def cross(browser, address):
    """Return a function that opens the page at a link, on a small projector; nothing may go wrong in it."""
    pages, wrong = [], []

    def open_page(query: str = "", width: int = 1280, height: int = 720, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{address}/cross_attention?{query}")
        at_rest(page, "cross_attention")
        expect(page.locator(".s2s-board canvas").first).to_be_visible()
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not wrong, wrong


def panel(page: Page, name: str) -> Locator:
    """Return the upper canvas of a panel, which takes the pointer and the keys."""
    return page.locator(f"[data-panel='{name}'] canvas[tabindex]").first


def click_cell(page: Page, name: str, row: int, column: int) -> None:
    """Click the middle of a cell, wherever the board has put it."""
    board = page.locator(f".s2s-board:has([data-panel='{name}'])")
    cell = board.evaluate("(root, [name, row, column]) => root.board.cell(name, row, column)", [name, row, column])
    page.mouse.click(cell["x"], cell["y"])


def step(page: Page, place: int) -> Locator:
    return page.get_by_role("radiogroup", name=t("control.cross_step")).get_by_role("radio").nth(place - 1)


def test_a_click_on_a_row_goes_to_its_step(cross):
    page = cross("step=2")
    click_cell(page, "map", 8, 3)
    expect(page).to_have_url(re.compile("step=9&"))
    expect(page.get_by_text("After step 9 of 11")).to_be_visible()


def test_steps_of_one_name_are_told_apart_and_stay_where_they_are_in_other_views(cross):
    page = cross("step=5")
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page).to_have_url(re.compile("step=6&"))
    page.get_by_text("Alignment", exact=True).click()
    expect(page.locator("[data-panel='rollout']")).to_be_visible()
    expect(page).to_have_url(re.compile("step=6&"))


def test_the_arrow_keys_and_enter_go_to_a_step(cross):
    page = cross("step=1")
    panel(page, "map").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("step=3&"))


def test_a_click_on_a_weight_overwrites_it_and_the_verdict_is_in_sight(cross):
    page = cross("show=explanation&model=small&step=1&layer=2&scope=all")
    click_cell(page, "map", 3, 10)
    expect(page).to_have_url(re.compile("token=11"))
    expect(page).to_have_url(re.compile("step=4&"))
    expect(page.get_by_role("heading", name=re.compile("The token (stays|changes)"))).to_be_in_viewport()
    page.mouse.move(5, 5)
    expect(page.get_by_text(re.compile("goes from"))).to_be_in_viewport()


def test_a_wiring_is_loaded_with_a_click_and_the_sidebar_says_so(cross):
    page = cross("show=wirings")
    page.get_by_role("button", name="Load", exact=True).nth(1).click()
    expect(page.get_by_role("button", name="Loaded", exact=True)).to_be_disabled()
    expect(page).to_have_url(re.compile("model=small-layerwise"))
    expect(page.get_by_role("combobox", name="Model")).to_have_value("Small: layer-to-layer wiring")


@pytest.mark.parametrize("dark", (False, True))
def test_the_diagrams_are_written_in_the_colour_of_the_text_also_when_the_theme_changes(cross, dark):
    page = cross("show=wirings", dark=dark)
    name = page.locator(".js-plotly-plot text", has_text="encoder 1").first
    expect(name).to_be_visible()
    for scheme in ("dark", "light") if dark else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(name).to_have_css("fill", {"light": "rgb(28, 27, 34)", "dark": "rgb(236, 238, 242)"}[scheme])


# Where each element ends, read at once: one after the other, the last may be gone by the time that it is asked for.
ENDS = "elements => elements.map((element) => element.getBoundingClientRect().right)"


@pytest.mark.parametrize("source", ("model=spelling&source=antidisestablishmentarianism", f"source={SIXTY}"))
def test_a_long_source_fits_too(cross, source):
    page = cross(f"{source}&step=9")
    main = page.get_by_test_id("stMain")
    for show in each_view(page, "cross_attention", SHOWS, of="cross"):
        for width, _ in harness.at_both_sizes(page):
            assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0, show
            assert main.evaluate("box => box.scrollHeight") <= 3 * 1080, show
            ends = page.locator(".s2s-board .s2s-b-panel").evaluate_all(ENDS)  # within which a long source may scroll
            assert max(ends) <= width, show
            assert page.locator(".s2s-b-line").evaluate_all(FITTING), show
        if show != "wirings":
            back, strip = (page.get_by_role("button", name="Back", exact=True), step(page, 9))
            assert abs(back.bounding_box()["y"] - strip.bounding_box()["y"]) < 20, show


def test_the_map_of_weights_is_in_sight_beside_the_columns_of_a_long_source(cross):
    page = cross(f"source={SIXTY}&step=9")
    expect(panel(page, "map")).to_be_in_viewport(ratio=1)
