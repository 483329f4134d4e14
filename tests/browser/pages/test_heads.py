"""The Heads page in a real Chromium: clicks on maps and buttons, what they show in sight, and nothing that jumps."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_every_page import at_rest

WALL = ".s2s-heads"


def open_heads(
    browser, address: str, query: str = "", width: int = 1280, height: int = 720, wrong: list[str] | None = None
) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    if wrong is not None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{address}/heads{query}")
    at_rest(page, "heads")
    page.wait_for_selector(f"{WALL}[data-painted]")
    return page


def cell(page: Page, head: str, row: int, column: int) -> dict:
    """Return where a cell stands on the page, and its weight."""
    return page.locator(WALL).evaluate("(root, at) => root.heads.cell(...at)", [head, row, column])


def run_of(page: Page, name: str) -> Locator:
    return page.locator(f"[data-run='{name}']")


def tops(page: Page) -> list[float]:
    return [box["y"] for box in (card.bounding_box() for card in page.locator("[data-card]").all())]


def in_sight(page: Page, *parts: Locator) -> None:
    for part in parts:
        expect(part).to_be_in_viewport(ratio=0.99)
    assert page.locator("[data-testid=stMain]").evaluate("box => box.scrollTop") == 0


def test_silencing_a_head_shows_what_becomes_of_the_output_in_sight_and_moves_nothing(browser, address):
    wrong: list[str] = []
    page = open_heads(browser, address, "?model=dates&attention=self", wrong=wrong)
    before = tops(page)
    mute = page.locator("[data-silence='self.1.2']")
    in_sight(page, mute)
    mute.click()
    expect(run_of(page, "free")).to_be_visible()
    expect(page).to_have_url(re.compile(r"silenced=self\.1\.2"))
    in_sight(page, mute, run_of(page, "before"), run_of(page, "fed"), run_of(page, "free"))
    in_sight(page, page.locator(".s2s-hw-effect header p"))
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".s2s-hw-cell[data-head='self.1.2']")).to_have_attribute("aria-pressed", "true")
    assert tops(page) == before
    page.get_by_role("button", name="Unsilence all").click()
    expect(run_of(page, "free")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("silenced="))
    assert tops(page) == before and not wrong
    page.close()


def test_the_map_silences_heads_of_every_attention(browser, address):
    page = open_heads(browser, address, "?model=spelling&source=imagination")
    for head in ("encoder.6.4", "self.2.1", "cross.3.3"):
        button = page.locator(f".s2s-hw-cell[data-head='{head}']")
        in_sight(page, button)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"silenced=encoder\.6\.4%2Cself\.2\.1%2Ccross\.3\.3"))
    page.locator(".s2s-hw-cell[data-head='self.2.1']").click()
    expect(page).to_have_url(re.compile(r"silenced=encoder\.6\.4%2Ccross\.3\.3"))
    page.close()


def test_a_click_on_a_cell_chooses_the_head_and_the_row(browser, address):
    page = open_heads(browser, address, "?model=dates&section=formula")
    at = cell(page, "cross.1.3", 4, 2)
    page.mouse.click(at["x"], at["y"])
    expect(page).to_have_url(re.compile(r"step=5&layer=1&head=3"))
    expect(page.locator("[data-card='cross.1.3']")).to_have_attribute("data-chosen", "true")
    expect(page.get_by_text("Layer 1, head 3, the row of 1 → -:")).to_be_visible()
    page.locator("[data-card='cross.1.2'] .s2s-hw-choose").click()
    expect(page).to_have_url(re.compile(r"step=5&layer=1&head=2"))
    page.close()


def test_pointing_at_a_cell_tells_its_weight_with_both_tokens(browser, address):
    page = open_heads(browser, address, "?model=dates&attention=self&layer=2")
    at = cell(page, "self.2.2", 6, 3)
    page.mouse.move(at["x"], at["y"])
    readout = page.locator(".s2s-hw-readout")
    expect(readout).to_contain_text("Head 2, row 0 → 3: weight")
    shown = float(re.search(r"weight ([\d.e-]+) on", readout.inner_text().replace("−", "-"))[1])
    assert shown == pytest.approx(at["value"], rel=1e-4)
    masked = cell(page, "self.2.2", 2, 8)
    page.mouse.move(masked["x"], masked["y"])
    expect(readout).to_contain_text("masked (causal)")
    page.close()


def test_keys_walk_through_a_map_and_choose(browser, address):
    page = open_heads(browser, address, "?model=dates")
    page.locator("[data-panel='cross.1.2'] canvas[tabindex]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"step=3&layer=1&head=2"))
    page.close()


def test_arrow_keys_walk_through_the_map_of_heads_which_is_one_stop_of_the_tab_key(browser, address):
    page = open_heads(browser, address, "?model=dates")
    page.locator("[data-head='self.1.1']").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("[data-head='self.2.3']")).to_be_focused()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("silenced=self.2.3"))
    expect(page.locator("[data-head='self.2.3']")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-head='cross.1.1']")).to_be_focused()
    page.close()


def test_a_click_in_the_matrix_of_agreement_chooses_that_head(browser, address):
    page = open_heads(browser, address, "?model=small-one-head", width=1920, height=1080)
    matrix = page.locator("[data-panel='divergence'] canvas[tabindex]")
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    for place in (0.35, 0.85):
        matrix.click(position={"x": 0.8 * box["width"], "y": place * box["height"]})
    expect(page).to_have_url(re.compile("layer=2"))
    page.close()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_the_heads_of_a_layer_stand_side_by_side_with_their_numbers_in_sight(browser, address, width, height):
    page = open_heads(browser, address, "?model=dates", width, height)
    assert len(set(tops(page))) == 1
    for card in page.locator("[data-card]").all():
        in_sight(page, card.locator(".s2s-b-stage"), card.locator("dl"))
    boxes = [card.bounding_box() for card in page.locator("[data-card]").all()]
    assert all(left["x"] + left["width"] <= right["x"] for left, right in pairwise(boxes))
    page.close()


def test_a_sample_is_measured_with_progress_and_stops(browser, address):
    page = open_heads(browser, address, "?model=spelling&source=knight&section=measured&sample=150")
    page.get_by_role("button", name="Measure each head alone").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator("[data-panel='measured-encoder']")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Ended after")).to_be_visible()
    expect(page.get_by_role("button", name="Measure each head alone")).to_be_visible()
    page.close()
