"""The Training lab in a real Chromium: a visitor's run survives leaving, reloading and pausing, and opens in Decode."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser import harness
from tests.browser.test_every_page import at_rest

PATIENCE = 90_000
LONG = "?steps=20000&batch=200&width=32&heads=2&warmup=2"


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> str:
    with harness.serve(SEQ2SEE_RUNS=str(tmp_path_factory.mktemp("runs"))) as address:
        yield address


def open_lab(browser, address: str, query: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/training_lab{query}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=PATIENCE)
    return page


def progress(page: Page):
    return page.get_by_test_id("stProgress")


def expect_phase(page: Page, phase: str) -> None:
    expect(progress(page)).to_contain_text(re.compile(phase), timeout=PATIENCE)


def press(page: Page, name: str) -> None:
    """Press a button once there is one of it: while a page is drawn anew, what was there stands beside what comes."""
    harness.at_rest(page)
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()


def test_a_run_is_paused_reloaded_resumed_stopped_scrubbed_opened_and_downloaded(browser, lab, tmp_path: Path):
    page = open_lab(browser, lab, LONG)
    press(page, "Train")
    expect_phase(page, r"running · step [1-9]")
    page.get_by_role("link", name="Evidence").click()
    at_rest(page, "evidence")
    page.get_by_role("link", name="Training lab").click()
    expect_phase(page, r"running · step [1-9]")
    press(page, "Pause")
    expect_phase(page, "paused")
    before = progress(page).inner_text()
    page.goto(f"{lab}/training_lab")
    expect_phase(page, "paused")
    assert progress(page).inner_text() == before
    press(page, "Resume")
    expect_phase(page, "running")
    press(page, "Stop")
    expect_phase(page, "stopped")
    slider = page.locator(".s2s-film input[type=range]")
    expect(slider).to_be_visible()
    slider.focus()
    slider.press("Home")
    expect(page.locator(".s2s-film")).to_have_attribute("data-step", "0")
    with page.expect_download() as download:
        press(page, "Download")
    download.value.save_as(tmp_path / "model.safetensors")
    press(page, "Continue with rewards")
    # Of what stands there twice for a moment, the last is the new one.
    begins = page.get_by_label("Start from", exact=True)
    expect(begins.last).to_have_value(re.compile("20,000 steps"))
    expect(begins.last).to_be_visible()
    page.get_by_text("Upload a model").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "model.safetensors")
    expect(page.get_by_text("An uploaded model.").last).to_be_visible()
    (tmp_path / "bad.safetensors").write_bytes(b"no model at all")
    page.locator("input[type=file]").set_input_files(tmp_path / "bad.safetensors")
    expect(page.get_by_text("The file was not accepted").last).to_be_visible()
    expect(page.get_by_text("An uploaded model.").last).to_be_visible()
    press(page, "Open in Decode")
    expect(page).to_have_url(re.compile("model=my-"))
    harness.settled(page)
    page.reload()
    harness.settled(page)
    expect(page).to_have_url(re.compile("model=my-"))
    expect(page.get_by_label("Source", exact=True)).to_have_value("jade")
    own = re.search(r"model=(my-[0-9a-f]+-\d+)", page.url)[1]
    page.goto(f"{lab}/decode?{urlencode({'source': '3 mars 2001', 'a': urlencode({'source': 'jade', 'model': own})})}")
    harness.settled(page)
    expect(page).to_have_url(re.compile("step="))  # it was read, and written as it is shown
    expect(page).to_have_url(re.compile(f"a=[^&]*{own}"))
    expect(page.get_by_text("belongs to the browser that trained it")).to_have_count(0)
    page.context.close()


def test_a_link_to_somebody_elses_model_is_answered(browser, lab):
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab}/decode?model=my-0123456789ab-20")
    harness.settled(page)
    expect(page.get_by_text("belongs to the browser that trained it")).to_be_visible()
    page.context.close()


def test_own_pairs_are_uploaded_edited_and_there_after_a_reload(browser, lab, tmp_path: Path):
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab}/training_lab?task=pairs")
    train, text = (
        page.get_by_role("button", name="Train", exact=True),
        page.get_by_role("textbox", name="Pairs, one per row"),
    )
    expect(train).to_be_disabled()
    rows = [f"ä{number};{number}ä" for number in range(30)]
    (tmp_path / "mine.csv").write_text("\r\n".join(rows), encoding="utf-8-sig")
    press(page, "Upload")
    page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(tmp_path / "mine.csv")
    expect(page.get_by_text("30 pairs, split into characters").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(text).to_have_value("\n".join(rows))
    expect(train).to_be_enabled()
    expect(train).to_be_in_viewport()
    text.fill("one row only")
    text.press("Control+Enter")
    expect(page.get_by_text("row 1 has 1 column, not 2").last).to_be_visible()
    expect(train).to_be_disabled()
    page.reload()
    expect(text).to_have_value("one row only")
    assert "row" not in page.url
    press(page, "Undo")
    expect(text).to_have_value("\n".join(rows))
    page.context.close()


def test_that_a_run_is_under_way_is_said_until_it_is_over_whichever_run_is_looked_at(browser, lab):
    page = open_lab(browser, lab, LONG.replace("20000", "20"))
    press(page, "Train")
    expect_phase(page, "finished")
    first = re.search(r"run=(\w+)", page.url)[1]
    page.goto(f"{lab}/training_lab{LONG.replace('20000', '2000')}")
    press(page, "Train")
    expect_phase(page, "running")
    page.goto(f"{lab}/training_lab{LONG.replace('20000', '2000')}&run={first}")
    said = page.get_by_text("One of your runs is in progress")
    expect(said.last).to_be_visible()
    expect(progress(page)).to_contain_text("finished")
    expect(said).to_have_count(0, timeout=3 * PATIENCE)  # the other run takes as long as it takes
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    page.close()
