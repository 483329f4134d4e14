"""The spelling model in a real Chromium: sounds that grow step by step, the browser's voice, the dictionary."""

import json

import pytest
from playwright.sync_api import expect

from core.tasks import get_task
from core.tasks.phones import IPA
from tests.browser import harness

LINK = "?model=spelling&source=minute&step=0"
VOICE = """
window.spoken = [];
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => VOICES, cancel() {}, addEventListener() {},
  speak: (said) => window.spoken.push([said.text, said.lang]),
} });
"""


def test_sounds_grow_with_the_steps_and_nothing_moves(visit):
    page = visit(LINK)
    line, places, seen = page.locator(".s2s-ipa"), [], []
    for _ in range(4):
        seen.append(line.inner_text())
        boxes = [page.locator(name).first.bounding_box() for name in (".s2s-transport", ".s2s-middle", ".s2s-known")]
        places.append(json.dumps(boxes))
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
    assert seen[0] == "/…/" and len(set(places)) == 1
    chips = page.locator("[data-role=target-chip]:visible").all_inner_texts()
    assert seen[3] == f"/{''.join(IPA[chip.strip()] for chip in chips[:3])}/"


def test_another_answer_of_the_dictionary_can_be_taken_as_the_reference(visit):
    page = visit(LINK)
    answers = page.locator(".s2s-answer")
    expect(answers).to_have_count(3)
    for text in get_task("spelling").known("minute").references[::-1]:
        answers.filter(has_text=f"{text} ").click()
        expect(page.locator("[data-testid=stSidebar] input[aria-label=Reference]").first).to_have_value(text)
        harness.settled(page)
        expect(page.locator(".s2s-answer[aria-pressed=true]")).to_contain_text(text)


@pytest.mark.parametrize(("voices", "offered"), [("[{ lang: 'de-DE' }, { lang: 'en-GB' }]", True), ("[]", False)])
def test_the_browsers_voice_reads_what_was_typed_where_there_is_one(browser, address, voices, offered):
    page = browser.new_page()
    page.add_init_script(VOICE.replace("VOICES", voices))
    page.goto(f"{address}/decode{LINK}")
    harness.settled(page)
    button = page.get_by_role("button", name="Hear “minute”")
    expect(button).to_be_visible(visible=offered)
    if offered:
        assert "not this model" in button.get_attribute("title")
        button.click()
        assert page.evaluate("window.spoken") == [["minute", "en-US"]]
    page.close()


@pytest.mark.parametrize("word", ["through", "separate", "antidisestablishmentarianism"])
def test_the_whole_view_is_in_sight(visit, word):
    page = visit(f"?model=spelling&source={word}")
    for width, height in harness.at_both_sizes(page):
        box = page.locator(".s2s-view").bounding_box()
        assert box["y"] + box["height"] <= height and box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dates_have_no_line_of_sounds(visit):
    expect(visit().locator(".s2s-sound")).to_be_hidden()
