"""Projector mode: a page for a class, larger, alone on the screen, and as usable as any."""

import re

from playwright.sync_api import Page, expect

from tests.browser import harness
from tests.browser.conftest import PATIENCE

# Where the middle of a head's map in the last layer lies, in the wall's last panel.
LAST_MAP = """() => {
  const over = [...document.querySelectorAll('.s2s-maps')].at(-1).lastElementChild;
  const { left, top, width, height } = over.getBoundingClientRect(), zoom = width / over.clientWidth;
  return { x: left + width - 30 * zoom, y: top + 40 * zoom, width, height, zoom };
}"""
ON = "?projector=on"
# Of every chart: the height of its smallest digits, and where it is drawn and where it has its place.
CHARTS = """() => [...document.querySelectorAll('.js-plotly-plot')].map((chart) => {
  const boxOf = (node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return [x, y, width, height];
  };
  const least = Math.min(...[...chart.querySelectorAll('.xtick text')].map((text) => boxOf(text)[3]));
  const place = boxOf(chart.closest('[data-testid=stElementContainer]'));
  return { least, drawing: boxOf(chart.querySelector('.main-svg')), place };
})"""


def expect_mode(page: Page, on: bool) -> None:
    """Expect the mode to be on or off, in the address, and around the page."""
    expect(page).to_have_url(re.compile(r"[?&]projector=on" if on else r"^(?!.*projector)"))
    for around in ("stSidebar", "stHeader"):
        expect(page.get_by_test_id(around)).to_be_visible(visible=not on)
    harness.at_rest(page)


def test_the_projector_mode_is_turned_on_and_off_by_keys_and_stays_from_page_to_page(visit, browser):
    context = browser.new_context()  # a browser remembers that the menu is hidden
    context.set_default_timeout(PATIENCE)
    page = visit("masks?show=padding", width=1280, height=720, context=context)
    page.keyboard.press("p")
    expect_mode(page, on=True)
    assert "show=padding" in page.url
    page.get_by_role("button", name="Whole model").click()
    expect(page.get_by_role("heading", name="Whole model", level=3)).to_be_visible()
    expect_mode(page, on=True)
    page.keyboard.press("Escape")
    expect_mode(page, on=False)
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    page.keyboard.press("p")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    page.get_by_role("button", name="✕").click()
    expect(page.get_by_test_id("stHeader")).to_be_visible()


def test_in_projector_mode_a_page_opens_as_ever_is_larger_and_takes_what_is_pointed_at(visit):
    page = visit("decode", width=1280, height=720)
    title = page.get_by_role("heading", level=3)
    usual, address = title.bounding_box()["height"], page.url
    page = visit("decode?projector=on", width=1280, height=720)
    assert page.url == f"{address}&projector=on"
    title = page.get_by_role("heading", level=3)
    assert title.bounding_box()["height"] > 1.1 * usual
    place = page.evaluate(LAST_MAP)
    assert place["zoom"] > 1.2
    page.mouse.click(place["x"], place["y"])
    expect(page).to_have_url(re.compile(r"layer=1&head=4&attention=cross"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_escape_leaves_the_cell_of_a_board_before_it_leaves_the_projector_mode(visit):
    page = visit("self_attention?projector=on", width=1280, height=720)
    cell = page.evaluate("document.querySelector('.s2s-board').board.cell('x', 0, 0)")
    page.mouse.click(cell["x"], cell["y"])
    for key in ("3", "Enter", "Escape"):
        page.keyboard.press(key)
    expect(page.get_by_text("output of her")).to_be_visible()
    expect_mode(page, on=True)
    page.keyboard.press("Escape")
    expect_mode(page, on=False)


def test_in_projector_mode_charts_have_larger_digits_keep_their_place_and_take_what_is_pointed_at(visit):
    usual, charts = [(page := visit(f"position{mode}", width=1280, height=720)).evaluate(CHARTS) for mode in ("", ON)]
    for before, chart in zip(usual, charts, strict=True):
        assert chart["least"] > 1.2 * before["least"]
        assert all(abs(one - other) <= 2 for one, other in zip(chart["drawing"], chart["place"], strict=True)), chart
    over = page.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(over["x"] + over["width"] / 2, over["y"] + over["height"] / 2)
    expect(page.locator(".hovertext").first).to_contain_text("p = 3")  # 33, in the middle of 1 to 64
