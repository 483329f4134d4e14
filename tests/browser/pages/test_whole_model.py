"""The Whole model page in a real Chromium: what a step lights up, what a part says, and where its door leads."""

import re

from playwright.sync_api import Page, expect

from pages.shared.text import t
from tests.browser import harness

WHOLE = ".s2s-whole"


def part(page: Page, name: str, layer: int | None = None):
    place = "" if layer is None else f"[data-layer='{layer}']"
    return page.locator(f".s2s-wm-row[data-part='{name}']{place}")


def strong_rows(page: Page, name: str) -> list[bool]:
    """Return which rows of a part's picture are drawn strongly, by the ink of its canvas."""
    return (
        part(page, name)
        .locator("canvas")
        .evaluate(
            """(canvas) => {
          const context = canvas.getContext('2d'), rows = 11, found = [];
          for (let row = 0; row < rows; row++) {
            const y = Math.round(1 + ((row + 0.5) / rows) * (canvas.height - 2) - 0.5);
            const { data } = context.getImageData(Math.round(canvas.width * 0.1), y, Math.round(canvas.width * 0.8), 1);
            let strongest = 0;
            for (let i = 3; i < data.length; i += 4) strongest = Math.max(strongest, data[i]);
            found.push(strongest > 200);
          }
          return found;
        }"""
        )
    )


def test_a_step_computes_one_row_and_keeps_the_rest(visit):
    page = visit("/?source=3+mars+2001&step=0")
    expect(page.locator(".s2s-wm-encoder header")).to_contain_text(t("whole_model.computed"))
    expect(page.locator(".s2s-wm-decoder [data-empty]")).to_have_attribute("data-empty", t("whole_model.nothing_read"))
    for step in (1, 2, 3):
        page.get_by_role("button", name="Step", exact=True).click()
        expect(page.locator(WHOLE)).to_have_attribute("data-step", str(step))
        expect(page.locator(".s2s-wm-decoder .s2s-wm-tokens bdi")).to_have_count(step)
        assert strong_rows(page, "decoder.embedding") == [row == step - 1 for row in range(11)]
    expect(page.locator(".s2s-wm-encoder header")).to_contain_text(t("whole_model.kept_memory"))
    page.get_by_test_id("stSidebar").get_by_text("Causal mask", exact=True).click()
    expect(page.locator(".s2s-wm-decoder header")).to_contain_text(t("whole_model.recomputed"))
    harness.at_rest(page)
    assert strong_rows(page, "decoder.embedding")[:3] == [True] * 3


def test_all_is_in_sight_on_a_small_projector(visit):
    page = visit("/?source=3+mars+2001&step=6", width=1280, height=720)
    for place in (".s2s-wm-stage", ".s2s-wm-details", ".s2s-wm-output"):
        expect(page.locator(place)).to_be_in_viewport(ratio=0.99)
    assert page.locator("[data-testid=stMain]").evaluate("box => box.scrollWidth <= box.clientWidth")


def test_a_part_shows_its_numbers_and_leads_to_its_page_with_the_same_view(visit):
    page = visit("/?model=spelling&source=through&step=2&layer=2&head=3", width=1280, height=720)
    part(page, "decoder.self_attn").click(position={"x": 10, "y": 10})
    expect(page.locator(".s2s-wm-details h4")).to_contain_text("self-attention")
    expect(page.locator(".s2s-wm-of")).to_contain_text("head 3 of 4")
    expect(page).to_have_url(re.compile(r"part=decoder\.self_attn"))
    part(page, "decoder.layer", 0).click()
    expect(page.locator(WHOLE)).to_have_attribute("data-layer", "0")
    part(page, "encoder.embedding").click()
    expect(page.locator(".s2s-wm-details h4")).to_have_text(t("whole_model.part_encoder_embedding"))
    expect(page.locator(".s2s-wm-list")).to_contain_text("(")
    part(page, "decoder.cross_attn").click(position={"x": 10, "y": 10})
    harness.at_rest(page)
    page.locator(".s2s-wm-door").click()
    expect(page.get_by_role("heading", level=3)).to_contain_text(t("cross_attention.title"))
    harness.at_rest(page)
    expect(page).to_have_url(re.compile(r"cross_attention\?.*source=through.*step=2.*layer=1.*head=3"))
    page.get_by_role("button", name=t("here.title")).click()
    expect(page.get_by_role("heading", level=3)).to_contain_text(t("whole_model.title"))
    expect(page.locator(WHOLE)).to_have_attribute("data-step", "2")


def test_training_computes_all_rows_and_shows_a_loss_for_each(visit):
    page = visit("/?source=3+mars+2001&step=0&attention=cross")
    page.get_by_role("button", name=t("whole_model.mode_training"), exact=True).click()
    expect(page.locator(".s2s-wm-output h4")).to_have_text(t("whole_model.output_training"))
    expect(page.locator(".s2s-wm-bar")).to_have_count(11)
    expect(page).to_have_url(re.compile("mode=training"))
    harness.at_rest(page)
    assert strong_rows(page, "decoder.embedding") == [True] * 11
    expect(page.locator(".s2s-wm-of")).to_contain_text("Row 1")  # before any step, all attention is there as well
    page.locator(".s2s-wm-bar").nth(7).click()
    expect(page.locator(WHOLE)).to_have_attribute("data-step", "8")


def test_upright_on_a_phone_the_stacks_stand_one_below_the_other(visit):
    page = visit("/?source=3+mars+2001&step=3", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = [page.locator(f".s2s-wm-{name}").bounding_box()["y"] for name in ("encoder", "decoder", "output")]
    assert tops == sorted(tops) and len(set(tops)) == 3
