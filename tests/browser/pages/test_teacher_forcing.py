"""Teacher forcing in a real Chromium: clicks on steps, and what must be in sight."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import harness

PAIR = "teacher_forcing?model=scheduled-none&beside=scheduled-linear&at=3"


def cells(page: Page, row: int, what: str) -> list[str]:
    """Return a part of every cell of a row, the rows counted from 0 over all models."""
    per_row = page.locator(".s2s-f-step").count()
    return page.locator(f".s2s-f-{what}").all_inner_texts()[row * per_row : (row + 1) * per_row]


def test_a_click_on_a_step_moves_the_wrong_token_and_a_second_takes_it_back(visit):
    page = visit("teacher_forcing")
    expect(page.locator(".s2s-f-step[aria-pressed=true]")).to_have_attribute("data-step", "6")
    page.locator(".s2s-f-step[data-step='4']").click()
    expect(page.locator(".s2s-f-step[aria-pressed=true]")).to_have_attribute("data-step", "4")
    expect(page.locator(".s2s-f-cell[data-wrong]")).to_have_count(2)
    assert [mark.strip() for mark in cells(page, 0, "mark")][3] == "forced"
    expect(page).to_have_url(re.compile("at=4"))
    page.locator(".s2s-f-step[data-step='4']").click()
    expect(page.locator(".s2s-f-cell[data-wrong]")).to_have_count(0)
    expect(page.locator(".s2s-f-step[data-step='11']")).to_be_disabled()
    page.locator(".s2s-f-step[data-step='8']").click()
    expect(page.locator(".s2s-f-cell[data-wrong]")).to_have_count(2)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_steps_can_be_chosen_by_keyboard(visit):
    page = visit("teacher_forcing")
    page.locator(".s2s-f-step[data-step='9']").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".s2s-f-step[aria-pressed=true]")).to_have_attribute("data-step", "9")
    expect(page.locator(".s2s-f-step[data-step='9']")).to_be_focused()


def test_each_row_reads_what_stands_before_it(visit):
    page = visit("teacher_forcing?at=3")
    for row in range(2):
        reads = [text.split(" ")[0] for text in cells(page, row, "read")]
        written = [text.strip() for text in cells(page, row, "chip")]
        assert reads[0] == "⟨BEGIN⟩" and reads[3] == written[2]
    reads = [text.split(" ")[0] for text in cells(page, 1, "read")]
    assert reads[1:] == [text.strip() for text in cells(page, 1, "chip")][:-1]


@pytest.mark.parametrize("query", ["teacher_forcing", "teacher_forcing?model=spelling&source=knight&at=2", PAIR])
def test_nothing_is_cut_or_too_small(visit, query):
    page = visit(query)
    for _, height in harness.at_both_sizes(page):
        assert page.locator(".s2s-f-scroll").evaluate("box => box.scrollWidth - box.clientWidth") <= 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sizes = page.evaluate(
            """[...document.querySelectorAll('.s2s-feeding *')].filter((node) => node.innerText?.trim())
              .map((node) => parseFloat(getComputedStyle(node).fontSize))"""
        )
        assert sizes and min(sizes) >= 12
        rows = page.locator(".s2s-f-label[data-row]").all()
        bottom = max(box["y"] + box["height"] for box in (row.bounding_box() for row in rows[:2]))
        assert bottom < height


def test_both_models_stand_column_under_column(visit):
    page = visit(PAIR)
    expect(page.locator(".s2s-f-title")).to_have_count(2)
    column = page.locator("[data-column='5']")
    lefts = column.evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().left)")
    assert len(lefts) == 4 and len(set(lefts)) == 1


def test_charts_can_be_read_and_their_legends_stay_above_them_when_the_window_grows(visit):
    page = visit("teacher_forcing", width=1280, height=720)
    chart = page.locator(".js-plotly-plot").nth(1)
    expect(chart.locator(".xtick text").first).to_have_css("fill", "rgb(28, 27, 34)")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.wait_for_timeout(1000)
    legend, lines = (chart.locator(part).bounding_box() for part in (".legend", ".scatterlayer"))
    assert legend["y"] + legend["height"] <= lines["y"]
