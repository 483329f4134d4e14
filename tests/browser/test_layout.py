"""Whether all text of every page can be read at four sizes: none cut off or overlaid, nothing scrolled but strips."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.shared.text import t
from tests.app_pages import PAGES
from tests.browser import harness
from tests.browser.test_every_page import path_of

SIZES = (1920, 1080), (1600, 1000), (1280, 720), (390, 844)
FAULTS = (Path(__file__).parent / "layout.js").read_text()
LONG_DATE = "keskiviikkona 24. marraskuuta vuonna 1999"
READ_DATES = "decode", "search", "all_at_once", "teacher_forcing", "heads", "masks", "cross_attention", "guided_attention"
# The views of a page beside the one that it opens with, and what the names of their options begin with.
VIEWS = {
    "by_hand": ("hand.show", "matrices", "layers", "model"),
    "search": ("search.show", "beam", "draws"),
    "position": ("position.show", "shuffle", "models", "beyond"),
    "masks": ("masks.show", "causal", "padding", "nothing"),
    "block": ("block.aspect", "norm", "skip", "cost"),
    "cross_attention": ("cross.show", "wirings", "alignment", "explanation"),
    "guided_attention": ("guided.show", "siblings", "training", "live"),
    "rewards": ("rewards.show", "step", "flat", "training", "live"),
}
DARK = "rgb(17, 19, 24)"
# Of every sign of a board: where it ends and what follows begins, and how far both stand on one line.
SIGNS = """() => [...document.querySelectorAll('.s2s-b-sign')].map((sign) => {
  const one = sign.getBoundingClientRect(), next = sign.nextElementSibling.getBoundingClientRect();
  return [one.right, next.left, Math.max(one.top, next.top), Math.min(one.bottom, next.bottom)];
})"""
OPEN_ALL = "document.querySelectorAll('[data-testid=stMain] details:not([open]) > summary').forEach((each) => each.click())"
UNMOVED = """() => {
  const boxes = [...document.querySelectorAll('[data-testid=stElementContainer], canvas, button, details, svg.main-svg')];
  const places = JSON.stringify(boxes.map((box) => box.getBoundingClientRect()));
  window.rested = places === window.placesBefore ? window.rested + 1 : 0;
  window.placesBefore = places;
  const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
  return window.rested >= 3 && document.fonts.status === 'loaded' && charts.every((chart) => chart.querySelector('.main-svg'))
    && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning';
}"""


@pytest.fixture(scope="module")
def reader(browser) -> Iterator[Page]:
    """Return a page that is asked for its faults; the walk through the app keeps it, which saves a minute."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.add_init_script(FAULTS)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def unmoved(page: Page) -> None:
    """Wait until nothing has moved for a moment; a walk waits often, so not as long as `harness.at_rest`."""
    page.evaluate("window.placesBefore = null")
    page.wait_for_function(UNMOVED, polling=60)


def faults_at_every_size(page: Page) -> dict[str, list[str]]:
    """Return the faults that a page shows, by size."""
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        unmoved(page)
        found[f"{width}×{height}"] = page.evaluate("layoutFaults()")
    return {size: faults for size, faults in found.items() if faults}


def to(page: Page, address: str, name: str, query: str = "") -> None:
    """Go to a page, by the menu if one may."""
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"^{re.escape(t(f'menu.{name}'))}$"))
    if query or not link.is_visible():
        page.goto(f"{address}/{path_of(name)}{query}")
    else:
        link.click()
    expect(page.get_by_role("heading", name=t(f"{name}.title"), level=3)).to_be_visible()
    unmoved(page)


@pytest.mark.parametrize("name", PAGES)
def test_no_text_of_a_page_is_cut_off_or_overlaid_at_any_size(reader, address, name):
    of, *others = VIEWS.get(name, ("",))
    to(reader, address, name)
    reader.evaluate(OPEN_ALL)
    faults = {"first": faults_at_every_size(reader)}
    for show in others:
        reader.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        reader.get_by_test_id("stMain").get_by_role("radio", name=t(f"{of}_{show}"), exact=True).click()
        expect(reader).to_have_url(re.compile(rf"\b(show|aspect)={show}\b"))
        unmoved(reader)
        faults[show] = faults_at_every_size(reader)
    assert [f"{show}, {size}: {fault}" for show, sizes in faults.items() for size, found in sizes.items() for fault in found] == []


@pytest.mark.parametrize("name", READ_DATES)
def test_a_long_source_is_read_to_its_end(reader, address, name):
    to(reader, address, name, f"?source={LONG_DATE}")
    assert faults_at_every_size(reader) == {}
    if name == "teacher_forcing":  # which draws the source nowhere but where it is typed
        return
    for width, height in (SIZES[0], SIZES[-1]):
        reader.set_viewport_size({"width": width, "height": height})
        unmoved(reader)
        lines = reader.evaluate(LINES)
        assert any(LONG_DATE.replace(" ", "") in re.sub("[ ␣]", "", line) for line in lines), lines


# What is written in a line of a canvas, or in the chips and cells of a row, one after the other.
LINES = """() => {
  const rows = [...document.querySelectorAll('ol, tr')].map((row) => row.innerText.replace(/\\s+\\d*/g, ''));
  const drawn = [...document.querySelectorAll('canvas')].flatMap((canvas) => {
    const lines = Map.groupBy(textsIn(canvas), ({ top }) => Math.round(top));
    return [...lines.values()].map((line) => line.sort((a, b) => a.left - b.left).map(({ text }) => text.replace(/ \\(\\d+\\)$/, '')).join(''));
  });
  return [...rows, ...drawn].filter((line) => line.length > 20);
}"""


def test_the_controls_for_sidebar_and_theme_are_in_sight_and_cover_nothing(reader, address):
    to(reader, address, "teacher_forcing", "?step=1")
    hide = reader.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    reader.mouse.move(900, 600)
    expect(hide).to_be_visible()
    hide.click()
    show = reader.get_by_test_id("stExpandSidebarButton")
    expect(show).to_be_visible()
    assert not faults_at_every_size(reader)
    show.click()
    unmoved(reader)
    reader.get_by_test_id("stMainMenu").get_by_role("button").click()
    reader.get_by_test_id("stMainMenuItem-theme-Dark").click()
    expect(reader.get_by_test_id("stApp")).to_have_css("background-color", DARK)


def test_the_menu_of_a_phone_makes_room_for_the_page_that_was_chosen_in_it(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/evidence")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text=t("menu.masks")).click()
    expect(page.get_by_role("heading", name=t("masks.title"), level=3)).to_be_visible()
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    page.close()


@pytest.mark.parametrize("width", (1265, 390))
def test_an_arrow_stands_beside_what_it_points_at(visit, width):
    page = visit("by_hand", width=width, height=720)
    lines = page.locator(".s2s-b-line")
    boxes = page.evaluate(SIGNS)
    assert boxes and all(before <= after and above < below for before, after, above, below in boxes), boxes
    # With a scroll bar the small projector is 15 px narrower; what follows from the query is one line all the same.
    tops = lines.nth(1).locator(".s2s-b-stack").evaluate_all("stacks => stacks.map((each) => each.getBoundingClientRect().bottom)")
    assert width < 1000 or max(tops) - min(tops) < 120, tops
