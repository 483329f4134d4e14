"""What is sent ahead is on screen before the server has answered, and stays there when it has."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.shared.browser.prefetch import LONGEST, SHARE
from pages.shared.text import t
from tests.browser.test_every_page import at_rest


def open_page(browser, address: str, name: str) -> Page:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{address}/{name}")
    at_rest(page, name.split("?")[0])
    return page


def resting(view: Locator, told: str) -> str:
    """Wait until a view was sent what comes next; return what it shows."""
    expect(view).to_have_attribute("data-ahead", re.compile("."))
    shown = view.get_attribute(told)
    expect(view).to_have_attribute("data-ahead", shown)
    return shown


def hold(page: Page) -> None:
    """Let nothing that the browser says be heard until it may `speak()`, or until `next()` for the first of it."""
    page.evaluate("""() => {
      const said = [], { send } = WebSocket.prototype;
      window.next = () => { const [to, what] = said.shift(); send.call(to, what); };
      window.speak = () => { WebSocket.prototype.send = send; while (said.length) next(); };
      WebSocket.prototype.send = function (what) { said.push([this, what]); };
    }""")


def option(group: str, place: int) -> Callable[[Page], Locator]:
    return lambda page: page.get_by_role("radiogroup", name=group).get_by_role("radio").nth(place)


def button(name: str) -> Callable[[Page], Locator]:
    return lambda page: page.get_by_role("button", name=name, exact=True)


# A page, what shows what is sent ahead with the attribute that tells what is shown, and what is pressed.
PRESSES = [
    ("self_attention", ".s2s-board", "data-rev", option("Normaliser", 1)),
    ("masks?show=draw", ".s2s-board", "data-rev", option("Attention", 0)),
    ("masks?show=draw", ".s2s-board", "data-rev", button("Only the past")),
    ("block", ".s2s-board", "data-rev", option("Token", 1)),
    ("cross_attention", ".s2s-board", "data-rev", button("Step")),
    ("position?show=shuffle", ".s2s-board", "data-rev", button(t("control.another_order"))),
    ("heads", ".s2s-heads", "data-rev", lambda page: page.locator(".s2s-hw-silence").first),
    ("non_autoregressive", ".s2s-passes", "data-drawn", option("Passes", 1)),
]
SHUFFLED = "position?model=spelling&show=shuffle&source=antidisestablishmentarian"


@pytest.mark.parametrize(("name", "view", "told", "pressed"), PRESSES)
def test_a_press_is_shown_before_the_server_has_answered_and_after(browser, address, name, view, told, pressed):
    page = open_page(browser, address, name)
    shown = page.locator(view).first
    before = resting(shown, told)
    hold(page)
    pressed(page).click()
    expect(shown).not_to_have_attribute(told, before)
    foretold = shown.get_attribute(told)
    page.evaluate("speak()")
    expect(shown).to_have_attribute("data-ahead", foretold)  # which the server sends once it shows the same
    assert shown.get_attribute(told) == foretold
    page.close()


def test_a_click_on_a_row_is_shown_before_the_server_has_answered(browser, address):
    page = open_page(browser, address, "self_attention?show=matrices")
    board = page.locator(".s2s-board")
    before = resting(board, "data-rev")
    page.evaluate("WebSocket.prototype.send = () => {}")
    weights = page.locator("[data-panel='A1'] canvas[tabindex]")
    box = weights.bounding_box()
    weights.click(position={"x": box["width"] - 10, "y": box["height"] - 10})
    expect(board).not_to_have_attribute("data-rev", before)
    page.close()


def another_view(page: Page) -> Locator:
    return page.get_by_role("radio", name=t("position.show_models"), exact=True)


def test_a_press_in_the_instant_in_which_the_view_asks_is_taken(browser, address):
    """Streamlit sends both in one message, and runs for it what the view asked for."""
    page = open_page(browser, address, SHUFFLED)
    resting(page.locator(".s2s-board"), "data-rev")
    another_view(page).evaluate("(radio) => window.addEventListener('s2s-rest', () => radio.click(), { once: true })")
    page.get_by_role("button", name=t("control.another_order"), exact=True).click()
    expect(page).to_have_url(re.compile("show=models"))
    page.close()


@pytest.mark.parametrize("later", [20, 50])
def test_a_press_while_the_server_works_ahead_is_taken(browser, address, later):
    page = open_page(browser, address, SHUFFLED)
    resting(page.locator(".s2s-board"), "data-rev")
    page.wait_for_timeout(1000 * LONGEST / SHARE)  # so that it has time to spare
    another_view(page).evaluate(
        "(radio, ms) => window.addEventListener('s2s-rest', () => setTimeout(() => radio.click(), ms), { once: true })",
        later,
    )
    page.get_by_role("button", name=t("control.another_order"), exact=True).click()
    expect(page).to_have_url(re.compile("show=models"))
    page.close()


def test_a_second_press_is_shown_though_it_was_made_before_the_first_was_answered(browser, address):
    """The browser tells what it still has; what it forgets meanwhile must not be what the answer refers to."""
    page = open_page(browser, address, "search")
    for _ in range(4):  # each is a run, after some of which a browser forgets what only others use
        button("Back")(page).click()
        page.wait_for_timeout(600)
    tree = page.locator(".s2s-tree")
    before = resting(tree, "data-search")
    hold(page)
    for _ in range(2):
        page.get_by_text("Positional enc.", exact=True).click()
    page.evaluate("next()")
    expect(page).to_have_url(re.compile("position=off"))
    at_rest(page, "search")
    page.evaluate("speak()")
    expect(page).not_to_have_url(re.compile("position=off"))
    expect(tree).to_have_attribute("data-search", before)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.close()
