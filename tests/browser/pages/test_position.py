"""Position in a real Chromium: clicks on the picture and on tokens, and views that fit a small projector."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_every_page import SMALL_TEXT, at_rest, each_view

LAST = {
    "encoding": ".st-key-position-picture .s2s-b-readout",
    "shuffle": ".s2s-b-readout",
    "models": "td",
    "beyond": "td",
    "in_out": "td",
}


@pytest.fixture
def opened(browser, address):
    """Return a function that opens the page, at 1280 × 720 unless asked otherwise."""
    pages: list[Page] = []

    def open_page(query: str = "", width: int = 1280, height: int = 720) -> Page:
        pages.append(browser.new_page({"width": width, "height": height}))
        pages[-1].goto(f"{address}/position{query}")
        at_rest(pages[-1], "position")
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


def panel(page: Page, name: str) -> Locator:
    """Return the upper canvas of a panel, which takes the pointer and the keys."""
    return page.locator(f"[data-panel='{name}'] canvas[tabindex]")


def readout(page: Page) -> Locator:
    return page.locator(".s2s-b-readout").first


def test_a_click_on_the_picture_chooses_position_and_pair(opened):
    page = opened("?model=dates")
    picture = panel(page, "pe")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] - 3, "y": box["height"] - 5})
    expect(page).to_have_url(re.compile(r"place=6\d&pair=63"))
    expect(page.get_by_text("PE[6").first).to_be_visible()
    picture.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(readout(page)).to_contain_text(re.compile(r"position \d+.*, dimension \d+ = "))
    panel(page, "turned").hover()
    expect(readout(page).locator("[data-factor='0']").first).to_be_visible()


def test_two_clicks_swap_two_tokens_and_the_model_without_positions_does_not_notice(opened):
    page = opened("?show=shuffle&source=3 mars 2001&order=0")
    table = panel(page, "moved0")
    expect(table).to_be_visible()
    box = table.bounding_box()
    table.click(position={"x": box["width"] - 8, "y": box["height"] - 8})
    expect(readout(page)).to_contain_text("1", use_inner_text=True)
    expect(page).to_have_url(re.compile("picked=11"))
    page.mouse.move(5, 5)
    expect(readout(page)).to_contain_text("Picked: 1, number 11")
    table.click(position={"x": 70, "y": box["height"] - 8})
    expect(page).to_have_url(re.compile("swaps=11-1"))
    expect(page.get_by_text("The encoder reads: 1 ␣ (2) m a r s ␣ (7) 2 0 (9) 0 (10) 3")).to_be_visible()
    lines = page.locator(".s2s-b-line h4")
    expect(lines.nth(2)).to_contain_text("no output changes")
    page.get_by_role("button", name="As typed").click()
    expect(page).not_to_have_url(re.compile("swaps="))
    expect(lines.nth(0)).to_contain_text("no output changes")


def expect_inside(page: Page, show: str) -> None:
    """Expect that nothing has to be scrolled sideways."""
    main, panels = page.locator("[data-testid=stMain]"), page.locator(".s2s-b-panel")
    assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0, show
    ends = panels.evaluate_all("all => all.map((panel) => panel.getBoundingClientRect().right)")
    assert max(ends, default=0) <= 1280, show


def test_every_view_is_in_sight_on_a_small_projector_and_can_be_read(opened):
    page = opened("?model=dates")
    for show in each_view(page, "position", LAST, of="position"):
        if show == "encoding":  # whose sentences stick to the window's edge while its picture is pointed at
            panel(page, "pe").hover(position={"x": 60, "y": 40})
        expect(page.locator(LAST[show]).last).to_be_in_viewport(ratio=0.8)
        expect_inside(page, show)
        page.wait_for_function(f"() => !({SMALL_TEXT})().length")


def test_long_sources_stay_inside(opened):
    page = opened("?model=spelling&source=antidisestablishmentarianism")
    for show in each_view(page, "position", LAST, of="position"):
        expect_inside(page, show)


def test_a_wide_screen_shows_the_view_beside_its_charts(opened):
    page = opened("?model=dates", width=1920, height=1080)
    expect(page.locator(".js-plotly-plot").last).to_be_in_viewport(ratio=0.9)
    expect(readout(page)).to_be_in_viewport()
    picture, strip = (panel(page, name).bounding_box() for name in ("pe", "miss"))
    assert picture["x"] + picture["width"] <= strip["x"]
    assert abs(picture["y"] + picture["height"] - strip["y"] - strip["height"]) < 2
