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
# The views of a page that have a place in its address, by the field of its choices that names them.
VIEWS = {
    "by_hand": ("show", ("one", "matrices", "layers", "model")),
    "search": ("show", ("all", "beam", "draws")),
    "position": ("show", ("encoding", "shuffle", "models", "beyond")),
    "masks": ("show", ("draw", "causal", "padding", "nothing")),
    "block": ("aspect", ("stream", "norm", "skip", "cost")),
    "cross_attention": ("show", ("step", "wirings", "alignment", "explanation")),
    "guided_attention": ("show", ("penalty", "siblings", "training", "live")),
    "rewards": ("show", ("samples", "step", "flat", "training", "live")),
}
UNMOVED = """() => {
  const boxes = [...document.querySelectorAll('[data-testid=stElementContainer], canvas, button, svg.main-svg')];
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
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    return {size: faults for size, faults in found.items() if faults}


def to(page: Page, address: str, name: str, query: str = "") -> None:
    """Go to a page, by the menu if one may."""
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"^{re.escape(t(f'menu.{name}'))}$"))
    if query or not link.is_visible():
        page.goto(f"{address}/{path_of(name)}{query}")
    else:
        link.click()
    expect(page.get_by_role("heading", name=t(f"{name}.title"), level=3)).to_be_visible()
    unmoved(page)


@pytest.mark.parametrize("name", PAGES)
def test_no_text_of_a_page_is_cut_off_or_overlaid_at_any_size(reader, address, name):
    field, shows = VIEWS.get(name, ("", ("",)))
    faults = {}
    for number, show in enumerate(shows):
        to(reader, address, name, f"?{field}={show}" if number else "")
        if found := faults_at_every_size(reader):
            faults[show] = found
    assert not faults


@pytest.mark.parametrize("name", READ_DATES)
def test_a_long_source_is_read_to_its_end(reader, address, name):
    to(reader, address, name, f"?source={LONG_DATE}")
    assert not faults_at_every_size(reader)
    for width, height in (SIZES[0], SIZES[-1]):
        reader.set_viewport_size({"width": width, "height": height})
        unmoved(reader)
        lines = reader.evaluate(LINES)
        assert any(LONG_DATE.replace(" ", "␣") in line.replace(" ", "␣") for line in lines), lines


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
    reader.get_by_test_id("stMainMenu").get_by_role("button").click()
    reader.get_by_text("Dark", exact=True).click()
    expect(reader.get_by_test_id("stApp")).to_have_css("background-color", "rgb(17, 19, 24)")
    reader.keyboard.press("Escape")
