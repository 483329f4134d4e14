"""Drawing on a mask in a real Chromium: clicks, strokes, names and keys, and that what they do is in sight."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import harness
from tests.browser.test_every_page import FITTING, at_rest, each_view

SIXTY = "the 25th of June, 2009 and then some more words until sixty."
OPEN, CAUSAL, PADDING, BY_HAND = range(4)


def open_masks(browser, address: str, query: str = "?show=draw", width: int = 1280, height: int = 720) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{address}/masks{query}")
    at_rest(page, "masks")
    page.wait_for_selector(".s2s-board[data-painted]")
    return page


def cell(page: Page, panel: str, row: int, col: int) -> dict:
    """Return a cell of a board as it stands on the page: its place, number, text and mask."""
    ask = "([panel, row, col]) => document.querySelector('.s2s-board').board.cell(panel, row, col)"
    return page.evaluate(ask, [panel, row, col])


def press(page: Page, *places: tuple[int, int]) -> None:
    """Press on a cell of the mask as the server last drew it, drag over further ones, and let go."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    first, *others = (cell(page, "mask", *place) for place in places)
    page.mouse.move(first["x"], first["y"])
    page.mouse.down()
    for other in others:
        page.mouse.move(other["x"], other["y"])
    page.mouse.up()


def heading(page: Page) -> Locator:
    """Return the line that says what is written."""
    return page.locator(".s2s-b-line h4").nth(1)


def test_a_click_blocks_a_cell_at_once_and_another_frees_it(browser, address):
    page = open_masks(browser, address, "?attention=cross&layer=1")
    weight = cell(page, "with", 4, 6)["value"]
    press(page, (4, 6))
    assert cell(page, "mask", 4, 6)["mask"] == BY_HAND, "painted before the server answers"
    expect(page).to_have_url(re.compile("drawn=c5%3A7"))
    page.wait_for_function("() => document.querySelector('.s2s-board').board.cell('with', 4, 6).mask === 3")
    assert cell(page, "without", 4, 6) == cell(page, "without", 4, 6) | {"value": weight, "mask": OPEN}
    assert cell(page, "with", 4, 6)["value"] == 0
    press(page, (4, 6))
    expect(page).not_to_have_url(re.compile("drawn="))
    page.close()


def test_a_stroke_blocks_what_it_crosses_and_is_undone_as_one(browser, address):
    page = open_masks(browser, address, "?attention=encoder")
    press(page, (2, 1), (2, 6))
    expect(page).to_have_url(re.compile("drawn=e3%3A2-7"))
    press(page, (4, 3), (8, 3))
    expect(page).to_have_url(re.compile(r"drawn=e3%3A2-7%2Ce5-9%3A4"))
    press(page, (2, 2), (2, 4))  # it begins on a blocked cell, so it frees
    expect(page).to_have_url(re.compile(r"drawn=e3%3A2.6-7%2C"))
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.click()
    expect(page).to_have_url(re.compile(r"drawn=e3%3A2-7%2C"))
    undo.click()
    expect(page).to_have_url(re.compile("drawn=e3%3A2-7&|drawn=e3%3A2-7$"))
    undo.click()
    expect(page).not_to_have_url(re.compile("drawn="))
    expect(undo).to_be_disabled()
    page.close()


def test_what_another_mask_closes_cannot_be_drawn_on(browser, address):
    page = open_masks(browser, address, "?attention=self")
    assert cell(page, "mask", 2, 5)["mask"] == CAUSAL
    press(page, (2, 5), (2, 7))
    expect(page.locator(".s2s-b-readout")).to_contain_text("masked (causal)")
    expect(page.locator(".s2s-b-readout")).to_contain_text("another mask already blocks this cell")
    press(page, (3, 1), (3, 6))
    expect(page).to_have_url(re.compile("drawn=s4%3A2-4"))
    page.close()


def test_names_block_whole_rows_and_columns_and_the_output_shows_it_in_sight(browser, address):
    page = open_masks(browser, address, "?attention=cross")
    expect(heading(page)).to_have_text("Output with your mask: 2001-03-03, the same as without it")
    for column in (7, 8, 9, 10):
        top = cell(page, "mask", 0, column)
        page.mouse.click(top["x"], top["y"] - 20)
        expect(page).to_have_url(re.compile(rf"drawn=c1-16%3A8{'' if column == 7 else f'-{column + 1}'}(&|$)"))
    expect(heading(page)).to_contain_text("Output without your mask: 2001-03-03; with it:")
    expect(page.locator("[data-panel='mask'] canvas[tabindex]")).to_be_focused()
    for line in page.locator(".s2s-b-line").all():
        expect(line).to_be_in_viewport(ratio=1)
    left = cell(page, "mask", 2, 0)
    page.mouse.click(left["x"] - 30, left["y"])
    expect(page).to_have_url(re.compile(r"c3%3A1-14"))
    expect(page.locator(".s2s-b-legend")).to_have_attribute("aria-label", re.compile("masked by hand"))
    page.mouse.move(5, 5)
    expect(page.locator(".s2s-b-readout")).to_contain_text("May attend to nothing: 0 → ")
    page.close()


def test_the_keyboard_draws_too(browser, address):
    page = open_masks(browser, address, "?attention=encoder")
    page.locator("[data-panel='mask'] canvas[tabindex]").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("drawn=e3%3A2"))
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("drawn="))
    page.close()


def test_a_click_on_the_weights_looks_at_a_row(browser, address):
    page = open_masks(browser, address, "?attention=self")
    here = cell(page, "with", 6, 2)
    page.mouse.click(here["x"], here["y"])
    expect(page).to_have_url(re.compile("step=7"))
    page.close()


def test_a_click_on_a_column_changes_its_token_instead(browser, address):
    page = open_masks(browser, address, "?show=causal")
    here = cell(page, "moves0", 1, 3)
    page.mouse.click(here["x"], here["y"])
    expect(page).to_have_url(re.compile("place=4"))
    page.wait_for_function("() => document.querySelector('.s2s-board').board.cell('moves0', 0, 6).value > 0")
    assert [cell(page, "moves0", 0, position)["text"] for position in range(3)] == ["0", "0", "0"]
    columns = {round(cell(page, panel, 0, 5)["x"]) for panel in ("reads0", "moves0", "kl0", "predicts0")}
    assert len(columns) == 1, "positions stand above each other"
    page.close()


def test_each_view_fits_one_screen(browser, address):
    page = open_masks(browser, address)
    board = page.locator(".s2s-board")
    for show in each_view(page, "masks", ("draw", "causal", "padding", "nothing"), of="masks"):
        for width, height in harness.at_both_sizes(page):
            box = board.bounding_box()
            assert box["y"] + box["height"] <= height and box["x"] + box["width"] <= width, show
            assert board.evaluate("board => board.scrollWidth - board.clientWidth") <= 0, show
            for canvas in page.locator(".s2s-board canvas[tabindex]").all():
                expect(canvas).to_be_in_viewport(ratio=1)
    page.close()


def test_nothing_of_a_long_source_has_to_be_scrolled_sideways(browser, address):
    page = open_masks(browser, address, f"?source={SIXTY}")
    for show in each_view(page, "masks", ("draw", "padding", "nothing"), of="masks"):
        assert page.locator(".s2s-b-line").evaluate_all(FITTING), show
        if show == "padding":
            assert cell(page, "batch", 0, 59)["text"] == SIXTY[-1]
        if show == "nothing":  # what follows stands in sight, however many keys there are, and is large enough to read
            expect(page.locator("[data-panel='outputs'] canvas[tabindex]")).to_be_in_viewport(ratio=1)
            assert cell(page, "outputs", 1, 0)["y"] - cell(page, "outputs", 0, 0)["y"] >= 15
    page.close()
