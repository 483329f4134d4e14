"""The Block page in a real Chromium: parts are clicked away, features and tokens chosen, numbers traced."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import harness
from tests.browser.test_every_page import at_rest

VIEWS = {
    "LayerNorm step by step": "[data-panel=gamma]",
    "Skip a part": ".s2s-parts table",
    "Cost": "[data-testid=stMetric]",
    "Residual stream": "[data-panel=hidden]",
}
STICKING_OUT = """() => [...document.querySelectorAll('.s2s-b-flow, .s2s-parts table')]
    .filter((box) => box.scrollWidth > box.parentElement.clientWidth + 1).length"""
# Where the first feature of each strip stands, of those that show all features.
STRIPS = """() => [...document.querySelectorAll('.s2s-b-line:nth-last-child(-n + 2) [data-panel]')]
    .filter((panel) => panel.offsetWidth > 500)
    .map(({ dataset }) => document.querySelector('.s2s-board').board.cell(dataset.panel, 0, 0).x)"""


def open_block(browser, address: str, query: str = "", width: int = 1280, height: int = 720) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{address}/block{query}")
    at_rest(page, "block")
    return page


def part(page: Page, name: str):
    return page.locator(f".s2s-parts button[data-part='{name}']")


def readout(page: Page):
    return page.locator(".s2s-b-readout")


def test_a_part_is_clicked_away_and_back_with_the_effect_in_sight(browser, address):
    page = open_block(browser, address, "?aspect=skip")
    residual = part(page, "encoder.0.self_attn_add_norm.residual")
    expect(residual).to_have_attribute("aria-pressed", "false")
    residual.click()
    expect(residual).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"skip=encoder\.0\.self_attn_add_norm\.residual"))
    expect(page.locator("[data-panel=without]")).to_be_in_viewport()
    expect(readout(page)).to_contain_text("With all parts: 2001-03-03")
    expect(readout(page)).to_be_in_viewport()
    link = page.url
    residual.press("Enter")
    expect(residual).to_have_attribute("aria-pressed", "false")
    expect(page).not_to_have_url(re.compile("skip="))
    again = browser.new_page()
    again.goto(link)
    expect(part(again, "encoder.0.self_attn_add_norm.residual")).to_have_attribute("aria-pressed", "true")
    again.close()
    page.close()


def test_parts_are_clicked_in_quick_succession_and_all_count(browser, address):
    page = open_block(browser, address, "?aspect=skip&model=small")
    names = ["decoder.0.ffn", "decoder.1.ffn", "encoder.1.ffn_add_norm.norm"]
    for name in names:
        part(page, name).click()
        expect(part(page, name)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".s2s-parts")).to_have_attribute(
        "data-skipped", re.compile(".*".join(["encoder.1", "decoder.0", "decoder.1"]))
    )
    page.get_by_role("button", name="Restore all").click()
    expect(page.locator(".s2s-parts [aria-pressed=true]")).to_have_count(0)
    page.close()


def test_a_click_on_a_strip_chooses_the_feature_whose_numbers_are_shown(browser, address):
    page = open_block(browser, address, "?aspect=norm&model=small&attention=encoder&row=3")
    strip = page.locator("[data-panel=gamma] canvas[tabindex]")
    box = strip.bounding_box()
    strip.click(position={"x": box["width"] - 6, "y": box["height"] / 2})
    expect(page).to_have_url(re.compile("feature=64"))
    expect(page.get_by_text("Feature 64 in numbers")).to_be_visible()
    page.close()


def test_pointing_at_a_number_shows_what_made_it(browser, address):
    page = open_block(browser, address, "?model=small&attention=encoder&row=3")
    page.locator("[data-panel='encoder.0.self_attn.sum'] canvas[tabindex]").hover()
    expect(readout(page).locator("[data-factor='0']")).to_have_count(1)
    expect(readout(page).locator("[data-factor='1']")).to_have_count(1)
    page.locator("[data-panel='x.length'] canvas[tabindex]").hover()
    expect(readout(page)).to_contain_text("√(")
    page.close()


def test_a_token_is_chosen_and_its_numbers_stay_in_sight(browser, address):
    page = open_block(browser, address, "?model=small&attention=encoder&row=1")
    before = page.locator("[data-panel=x] canvas").first.evaluate("canvas => canvas.toDataURL()")
    tokens, layers = (page.get_by_role("radiogroup", name=name).get_by_role("radio") for name in ("Token", "Layer"))
    assert tokens.first.bounding_box()["y"] == layers.first.bounding_box()["y"]
    tokens.nth(3).click()
    expect(page).to_have_url(re.compile("row=4"))
    page.wait_for_function(
        "before => document.querySelector('[data-panel=x] canvas').toDataURL() !== before", arg=before
    )
    expect(page.locator("[data-panel='encoder.0.ffn.normed']")).to_be_in_viewport()
    page.close()


def test_of_tokens_that_look_alike_the_pressed_one_is_chosen(browser, address):
    page = open_block(browser, address, "?attention=cross&step=6")
    tokens = page.get_by_role("radiogroup", name="Token", exact=True).get_by_role("radio")
    names = tokens.evaluate_all(
        "(all) => all.map((each) => getComputedStyle(each.querySelector('p'), '::after').content)"
    )
    twice = [place for place, name in enumerate(names) if name == '"- → 0"']
    assert len(twice) == 2
    for place in twice:
        tokens.nth(place).click()
        expect(page).to_have_url(re.compile(rf"step={place + 1}&"))
    page.close()


@pytest.mark.parametrize("model", ["dates", "spelling&source=through"])
def test_nothing_overlaps_or_sticks_out(browser, address, model):
    page = open_block(browser, address, f"?model={model}&skip=decoder.0.ffn")
    for view, marker in VIEWS.items():
        page.get_by_role("radio", name=view).click()
        expect(page.locator(marker).first).to_be_visible()
        at_rest(page, "block")
        for width, _ in harness.at_both_sizes(page):
            assert page.locator("[data-testid=stMain]").evaluate("box => box.scrollWidth - box.clientWidth") <= 0, view
            assert page.evaluate(STICKING_OUT) == 0, view
            if view in ("Residual stream", "LayerNorm step by step"):
                one, other = (page.locator(f".st-key-block-{name}").bounding_box() for name in ("board", "chart"))
                beside = one["x"] + one["width"] <= other["x"] + 1
                assert beside or one["y"] + one["height"] <= other["y"] + 1, view
                assert beside or width < 1920, view
            if view == "LayerNorm step by step":
                strips = page.evaluate(STRIPS)
                assert len(strips) >= 8 and max(strips) - min(strips) < 1
            if view == "Residual stream":
                tops = (page.locator(f"[data-panel='{name}']").bounding_box()["y"] for name in ("x", "x.length"))
                assert abs(next(tops) - next(tops)) < 3
    page.close()


def test_the_board_and_the_map_follow_the_theme(browser, address):
    fills = []
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
        page.goto(f"{address}/block?aspect=skip")
        at_rest(page, "block")
        fills.append(part(page, "encoder.0.ffn").evaluate("node => getComputedStyle(node).color"))
        page.close()
    assert fills[0] != fills[1]
