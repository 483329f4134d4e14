"""Whether all text of every page can be read at its sizes: none cut off or overlaid, nothing scrolled but strips.

`layout.js` says what a fault is; it knows no page. Canvases are asked for what is written into them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.shared.text import JOINER, t
from tests.app_pages import PAGES, VIEWS
from tests.browser.test_every_page import path_of

LARGE, *_ = SIZES = (1920, 1080), (1600, 1000), (1280, 720), (390, 844)
SIZES_OF_SECTIONS = SIZES[2:]  # of four, the two where room is short: a walk at all would take minutes
FAULTS = (Path(__file__).parent / "layout.js").read_text()
LONG_DATE = "keskiviikkona 24. marraskuuta vuonna 1999"
DRAW_THE_SOURCE = "decode", "search", "non_autoregressive", "heads", "masks", "cross_attention", "guided_attention"
DARK = "rgb(17, 19, 24)"
# A browser draws what it was given a new size for, canvases too, before the second frame from then on.
DRAWN = """([width, height]) => new Promise((done) => {
  const look = () => (innerWidth === width && innerHeight === height
    ? requestAnimationFrame(() => requestAnimationFrame(done)) : requestAnimationFrame(look));
  look();
})"""
UNMOVED = """() => {
  const boxes = [...document.querySelectorAll('[data-testid=stElementContainer], canvas, button, details, .main-svg')];
  const places = JSON.stringify(boxes.map((box) => box.getBoundingClientRect()));
  window.rested = places === window.placesBefore ? window.rested + 1 : 0;
  window.placesBefore = places;
  // A chart takes its new width a while after all else; one that keeps another is a fault to be seen.
  const widthOf = (chart) => chart.querySelector('.main-svg')?.getBoundingClientRect().width ?? Infinity;
  const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
  const areWide = charts.every((chart) => widthOf(chart) <= chart.clientWidth + 1);
  return window.rested >= (areWide ? 2 : 20) && document.fonts.status === 'loaded'
    && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning';
}"""
OPEN_ALL = """document.querySelectorAll('[data-testid=stMain] details:not([open]) > summary')
  .forEach((summary) => summary.click())"""
# What is written in a line of a canvas, or in the chips of a row, one after the other, but for spaces.
LINES = """() => {
  const rows = [...document.querySelectorAll('ol')].map((row) => row.innerText.replace(/\\s+\\d*/g, ''));
  const drawn = [...document.querySelectorAll('canvas')].flatMap((canvas) => {
    const lines = Map.groupBy(textsIn(canvas), ({ top }) => Math.round(top));
    const inOrder = [...lines.values()].map((line) => line.sort((a, b) => a.left - b.left));
    return inOrder.map((line) => line.map(({ text }) => text.replace(/ \\(\\d+\\)$/, '')).join(''));
  });
  return [...rows, ...drawn].map((line) => line.replace(/[ ␣]/g, ''));
}"""
# Of every sign of a board: where it ends and what follows begins, and where the line that both stand on does.
SIGNS = """() => [...document.querySelectorAll('.s2s-b-sign')].map((sign) => {
  const one = sign.getBoundingClientRect(), next = sign.nextElementSibling.getBoundingClientRect();
  return [one.right, next.left, Math.max(one.top, next.top), Math.min(one.bottom, next.bottom)];
})"""
# Of the panels of a stack: where their first and second columns begin.
COLUMNS = """(ids) => {
  const { board } = document.querySelector('.s2s-board');
  return ids.map((id) => [0, 1].map((col) => board.cell(id, 0, col).x));
}"""
BOTTOMS = "stacks => stacks.map((stack) => stack.getBoundingClientRect().bottom)"


@pytest.fixture(scope="module")
def reader(browser) -> Iterator[Page]:
    """Return a page that is asked for its faults; the walk through the app keeps it, which saves a minute."""
    context = browser.new_context()
    context.add_init_script(FAULTS)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def unmoved(page: Page) -> None:
    """Wait until the page is drawn at its size, and nothing has moved for a moment.

    A walk waits often, so not as long as `harness.at_rest`.
    """
    page.evaluate(DRAWN, list(page.viewport_size.values()))
    page.evaluate("window.placesBefore = null")
    page.wait_for_function(UNMOVED, polling=60)


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))


def faults_at_every_size(page: Page, sizes: tuple[tuple[int, int], ...] = SIZES) -> list[str]:
    """Return the faults that a page shows, each with the size at which it shows."""
    found = []
    for size in sizes:
        resize(page, size)
        unmoved(page)
        if page.evaluate("layoutFaults()"):  # a chart, or the server, may have taken the new size in only since
            unmoved(page)
        found += [f"{size}: {fault}" for fault in page.evaluate("layoutFaults()")]
    resize(page, LARGE)
    return found


def sections(page: Page) -> Iterator[str]:
    """Open what can be chosen below a view, one after the other, but for what stands there at first; yield its name."""
    tabs = page.get_by_role("radiogroup", name=t("control.section"), exact=True).get_by_role("radio")
    for place in range(tabs.count()):
        if tabs.nth(place).get_attribute("aria-checked") == "true":
            continue
        name = tabs.nth(place).inner_text()
        tabs.nth(place).click()
        expect(tabs.nth(place)).to_be_checked()
        unmoved(page)
        page.evaluate(OPEN_ALL)
        yield name


def other_views(page: Page, name: str) -> Iterator[str]:
    """Open the views of a page, one after the other, but for the one that it opens with; yield each one's name."""
    of, *others = VIEWS.get(name, ("",))
    for show in others:
        # An option in another script may begin with a sign that nobody sees, lest Streamlit take a letter for an icon.
        name_of_view = re.compile(f"^{JOINER}?{re.escape(t(f'{of}_{show}'))}$")
        page.get_by_test_id("stMain").get_by_role("radio", name=name_of_view).click()
        expect(page).to_have_url(re.compile(rf"\b(show|aspect)={show}\b"))
        unmoved(page)
        yield show


def to(page: Page, address: str, name: str, query: str = "") -> None:
    """Go to a page, by the menu if one may."""
    resize(page, LARGE)
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"^{re.escape(t(f'menu.{name}'))}$"))
    if query or not link.is_visible():
        page.goto(f"{address}/{path_of(name)}{query}")
    else:
        link.click()
    expect(page.get_by_role("heading", name=t(f"{name}.title"), level=3)).to_be_visible()
    unmoved(page)


@pytest.mark.parametrize(
    "style, inside, fault",
    [
        ("", "all is well", None),
        ("width: 40px; overflow: hidden; white-space: nowrap", "a long sentence", "is cut off"),
        ("width: 40px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis", "what a title tells", None),
        ("width: 40px; overflow: auto; white-space: nowrap", "a long sentence", "is no strip"),
        ("width: 40px; overflow: auto; white-space: nowrap; scrollbar-width: thin", "a long sentence", None),
        (
            "",
            "<table style='display: block; width: 40px; overflow: auto; scrollbar-width: thin'><tr><td>longest",
            "is no strip",
        ),
        ("width: 2000px", "a wide box", "wider than its window"),
        ("margin-bottom: -18px", "one", "upon each other"),
        ("", "<select style='width: 40px'><option>a long option</option></select>", "in a field"),
        ("", "<canvas width=40 height=20></canvas>", "reaches out of its canvas"),
    ],
)  # fmt: skip
def test_a_fault_of_the_layout_is_seen(browser, style, inside, fault):
    page = browser.new_page()
    page.set_content(
        f"<div data-testid=stMain style='height: 400px; padding: 9px'>"
        f"<div title='what a title tells' style='{style}'>{inside}</div><p style='margin: 0'>what comes next</p></div>"
    )
    page.evaluate(FAULTS)
    page.evaluate("document.querySelector('canvas')?.getContext('2d').fillText('a long sentence', 0, 10)")
    faults = page.evaluate("layoutFaults()")
    assert (faults == []) if fault is None else any(fault in each for each in faults), faults
    page.close()


def faults_of_page(
    page: Page, address: str, name: str, sizes_of_views: tuple[tuple[int, int], ...] = SIZES_OF_SECTIONS
) -> list[str]:
    """Return the faults of a page, all its views and its sections, in the language that is spoken.

    `tests.stress.layout` walks through the views at every size.
    """
    to(page, address, name)
    page.evaluate(OPEN_ALL)
    found = faults_at_every_size(page)
    for section in sections(page):
        found += [f"{section}, {fault}" for fault in faults_at_every_size(page, SIZES_OF_SECTIONS)]
    for show in other_views(page, name):
        found += [f"{show}, {fault}" for fault in faults_at_every_size(page, sizes_of_views)]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_text_of_a_page_is_cut_off_or_overlaid_at_any_size(reader, address, name):
    assert faults_of_page(reader, address, name) == []


@pytest.mark.parametrize("name", DRAW_THE_SOURCE)
def test_every_letter_of_a_long_source_is_there(reader, address, name):
    to(reader, address, name, f"?source={LONG_DATE}")
    for size in SIZES:
        resize(reader, size)
        unmoved(reader)
        lines = reader.evaluate(LINES)
        assert any(LONG_DATE.replace(" ", "") in line for line in lines), (size, lines)
        assert reader.evaluate("layoutFaults()") == [], size


def test_the_controls_for_sidebar_and_theme_are_in_sight_and_cover_nothing(reader, address):
    to(reader, address, "teacher_forcing", "?step=1")
    hide = reader.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    reader.mouse.move(900, 600)
    expect(hide).to_be_visible()
    hide.click()
    show = reader.get_by_test_id("stExpandSidebarButton")
    expect(show).to_be_visible()
    assert faults_at_every_size(reader) == []
    show.click()
    unmoved(reader)
    reader.get_by_test_id("stMainMenuButton").click()
    reader.get_by_test_id("stMainMenuItem-theme-Dark").click()
    expect(reader.get_by_test_id("stApp")).to_have_css("background-color", DARK)


def test_the_menu_of_a_phone_makes_room_for_the_page_that_was_chosen_in_it(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844})  # a browser remembers that the menu is hidden
    page = context.new_page()
    page.goto(f"{address}/evidence")  # what is pressed while it is not drawn yet counts too
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text=t("menu.masks")).click()
    expect(page.get_by_role("heading", name=t("masks.title"), level=3)).to_be_visible()
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    context.close()


def test_a_tooltip_lets_its_neighbours_be_pressed_through_it(visit):
    page = visit("masks?show=draw", width=1280, height=720)
    page.get_by_role("button", name=t("control.only_past")).hover()
    tooltip = page.get_by_role("tooltip")
    expect(tooltip).to_be_visible()
    box = tooltip.bounding_box()
    hit = "([x, y]) => document.elementFromPoint(x, y).closest('[role=tooltip]') === null"
    assert page.evaluate(hit, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


@pytest.mark.parametrize("width", (1265, 390))
def test_a_sign_of_a_board_stands_beside_what_it_leads_to(visit, width):
    page = visit("self_attention", width=width, height=720)
    signs = page.evaluate(SIGNS)
    assert signs and all(end <= begin and above < below for end, begin, above, below in signs), signs
    # A scroll bar makes the small projector 15 px narrower; what follows from the query is one line all the same.
    bottoms = page.locator(".s2s-b-line").nth(1).locator(".s2s-b-stack").evaluate_all(BOTTOMS)
    assert width < 1000 or max(bottoms) - min(bottoms) < 120, bottoms


@pytest.mark.parametrize(
    "path, width, ids",
    [
        ("block", 390, ("x", "encoder.1.self_attn.added")),
        ("block", 1280, ("x", "encoder.1.self_attn.added")),
        ("non_autoregressive", 1920, ("distributions", "entropy")),
    ],
)
def test_what_belongs_to_one_column_stands_in_one_column(visit, path, width, ids):
    page = visit(path, width=width, height=844)
    one, other = page.evaluate(COLUMNS, ids)
    assert all(abs(x - below) <= 1 for x, below in zip(one, other, strict=True)), (one, other)


@pytest.mark.parametrize(
    "path, ids, width, height",
    [("block", ("x", "x.length"), 390, 844), ("block", ("x", "x.length"), 1280, 720)]
    + [("position", ("pe", "miss"), *size) for size in SIZES[:3]],
)
def test_numbers_of_a_row_stand_beside_it_at_every_size(visit, path, ids, width, height):
    page = visit(path, width=width, height=height)
    tops = [page.locator(f"[data-panel='{name}'] canvas").first.bounding_box()["y"] for name in ids]
    assert abs(tops[0] - tops[1]) < 30, tops
