"""Quick presses end as pressed: in the controls, in the view, and in the address."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from pages.shared.text import t
from tests.browser import harness
from tests.stress import presses

PRESS_NAMED = """async (presses) => {
  for (const [wait, name, text] of presses) {
    await new Promise((go) => setTimeout(go, wait));
    const boxes = [...document.querySelectorAll(`[class*=st-key-control-${name}-]`)];
    const box = boxes.find((each) => each.checkVisibility());
    const options = [...box.querySelectorAll('[role=radio]')];
    (box.querySelector('input[role=switch]') ?? options.find((option) => option.textContent === text)).click();
  }
}"""
HEAD, LAYER, CAUSAL, POSITION, TEACHER = (0, "head", "3"), (100, "layer", "1"), "causal", "position", "teacher"
# What is pressed, each so many ms after the one before, and what the controls then show.
QUICK = {
    "two switches and a head": ([(0, CAUSAL, ""), (150, POSITION, ""), HEAD], {"causal": "off", "head": "3"}),
    "two switches and a layer": ([(0, CAUSAL, ""), (100, POSITION, ""), LAYER], {"position": "off", "layer": "1"}),
    "two switches and an example": (
        [(0, CAUSAL, ""), (0, POSITION, ""), (0, "examples", "2060년 2월 29일 일요일")],
        {"causal": "off", "position": "off", "source": "2060년 2월 29일 일요일"},
    ),
    "a switch, teacher forcing, a head": ([(0, CAUSAL, ""), (50, TEACHER, ""), HEAD], {"teacher": "on", "head": "3"}),
    "a switch there and back": ([(0, "padding", ""), (90, "padding", "")], {"padding": "on"}),
    "an example and the same again": (
        [(0, "examples", "2060년 2월 29일 일요일"), (60, "examples", "2060년 2월 29일 일요일")],
        {"source": "2060년 2월 29일 일요일", "examples": "2060년 2월 29일 일요일"},
    ),
    "a head and another": ([HEAD, (40, "head", "4")], {"head": "4"}),
}
MARKED = """(name) => {
  const mark = `[class*=st-key-control-${name}-] [role=radio][aria-checked=true]`;
  const marked = () => document.querySelectorAll(mark).length;
  window.unmarked = 0;
  new MutationObserver(() => { if (marked() !== 1) window.unmarked++; })
    .observe(document.body, { subtree: true, childList: true, attributeFilter: ['aria-checked'] });
}"""


@pytest.fixture
def page(browser):
    """Return a tab in which can be pressed, and looked at what stands there."""
    tab = browser.new_page({"width": 1600, "height": 1000})
    tab.add_init_script(presses.SCRIPT)
    yield tab
    tab.close()


def settled_controls(page: Page) -> dict[str, str]:
    """Wait until a page rests; return what its controls show, which has to be what its view and its address say."""
    now = presses.stands(page)
    assert not presses.disagreements(now)
    return now["controls"]


@pytest.mark.parametrize("name", QUICK)
def test_quick_presses_end_as_pressed(page, address, name):
    pressed, shown = QUICK[name]
    presses.visit(page, f"{address}/decode")
    page.evaluate(PRESS_NAMED, pressed)
    controls = settled_controls(page)
    assert {name: controls[name] for name in shown} == shown


def test_a_step_taken_back_at_once_is_taken_back(page, address):
    presses.visit(page, f"{address}/decode?step=4")
    for key in ("ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    settled_controls(page)
    assert page.locator(".s2s-view").get_attribute("data-step") == "4"


@pytest.mark.parametrize("name", ["layer", "head"])
def test_the_mark_of_a_choice_never_goes_away(page, address, name):
    presses.visit(page, f"{address}/decode?layer=2&head=2")
    page.evaluate(MARKED, name)
    box = page.locator(f"[class*=st-key-control-{name}-]")
    for label in ("3", "3", "1"):
        box.get_by_role("radio", name=label, exact=True).click()
        harness.settled(page)
        page.wait_for_timeout(300)
    assert page.evaluate("window.unmarked") == 0


AS_DRAWN = """(strip) => [...strip.querySelectorAll('[role=radio] p')].map((p) => {
    const name = getComputedStyle(p, '::after').content;
    return p.textContent + ' ' + name.slice(1, -1);
})"""


class HeldAnswers:
    """Hold back what the server answers, as a slow network does."""

    def __init__(self, page: Page) -> None:
        self.page, self.answers, self.is_holding = page, [], False
        page.route_web_socket(re.compile("stream"), self.route)

    def route(self, socket: WebSocketRoute) -> None:
        """Stand between a page and its server."""
        send = socket.send
        socket.connect_to_server().on_message(
            lambda message: self.answers.append(lambda: send(message)) if self.is_holding else send(message)
        )

    def hold(self) -> None:
        """Hold answers back from now on."""
        self.is_holding = True

    def let_pass(self, count: int) -> None:
        """Let the page have the first ones, and go on holding."""
        assert len(self.answers) >= count
        for send in self.answers[:count]:
            send()
        del self.answers[:count]

    def release(self) -> None:
        """Let the page have them."""
        assert self.answers
        self.is_holding = False
        self.let_pass(len(self.answers))


def test_a_press_on_what_the_server_has_just_replaced_counts(browser, address):
    """Another step than the pressed one stands in another widget, of which the browser has yet to hear."""
    page = browser.new_page({"width": 1600, "height": 1000})
    server = HeldAnswers(page)
    page.goto(f"{address}/cross_attention?source=3+mars+2001&step=5")
    harness.settled(page)
    steps = page.get_by_role("radiogroup", name=t("control.cross_step"))
    expect(steps.get_by_role("radio").nth(4)).to_be_checked()
    server.hold()
    page.get_by_role("button", name=t("control.cross_next"), exact=True).click()
    page.wait_for_timeout(2000)  # for the server to have drawn the next step
    steps.get_by_role("radio").nth(2).click()
    page.wait_for_timeout(500)
    server.release()
    expect(page).to_have_url(re.compile("step=3"))
    harness.settled(page)
    expect(steps.get_by_role("radio").nth(2)).to_be_checked()
    page.close()


def test_a_head_pressed_while_the_page_changes_its_language_stays(browser, address):
    """A language decides nothing of what is looked at."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.goto(f"{address}/decode?source=3+mars+2001&step=4&head=4")
    harness.settled(page)
    heads = page.locator("[class*=st-key-control-head-]").get_by_role("radio")
    expect(heads.nth(3)).to_be_checked()
    page.evaluate(PRESS_NAMED, [(0, "language", "中文"), (100, "head", "1")])
    expect(page).to_have_url(re.compile("lang=zh"))
    harness.settled(page)
    expect(heads.first).to_be_checked()
    expect(page.locator(".s2s-view")).to_have_attribute("data-head", "0")
    expect(page).to_have_url(re.compile("head=1"))
    context.close()


# An option that is pressed in English sends nothing, and the guard of presses, which looks every 300 ms, comes too late
# to see it there.
LOSE = """() => {
  const isEnglish = () => document.documentElement.lang === 'en', later = window.setTimeout;
  const stop = (event) => { if (isEnglish()) { event.stopPropagation(); event.preventDefault(); } };
  for (const kind of ['pointerdown', 'pointerup', 'mousedown', 'click'])
    document.querySelector('[class*=st-key-control-cross_show-]').addEventListener(kind, stop, { capture: true });
  const look = (act) => (isEnglish() ? later(look, 50, act) : act());
  window.setTimeout = (act, wait, ...rest) => (wait === 300 ? later(look, wait, act) : later(act, wait, ...rest));
}"""


@pytest.mark.parametrize("lost", (False, True), ids=("sent", "lost by Streamlit"))
def test_an_option_pressed_while_the_page_changes_its_language_counts(browser, address, lost):
    """The browser has yet to hear of the other language, in which the same option has another text.

    An option that is drawn anew in the instant in which it is pressed may send nothing; here it is made to.
    """
    context = browser.new_context(viewport={"width": 1600, "height": 1000})  # a browser remembers the language
    page = context.new_page()
    server = HeldAnswers(page)
    page.goto(f"{address}/cross_attention?source=3+mars+2001")
    harness.settled(page)
    shows = page.locator("[class*=st-key-control-cross_show-]").get_by_role("radio")
    server.hold()
    page.locator("[class*=st-key-control-language-]").get_by_role("radio").nth(1).click()
    page.wait_for_timeout(1000)  # for the server to have drawn the page in it
    wirings = shows.filter(has_text=t("cross.show_wirings"))
    place = wirings.evaluate("(option) => [...option.parentElement.children].indexOf(option)")
    if lost:
        page.evaluate(LOSE)
    wirings.click()
    page.wait_for_timeout(500)
    server.release()
    expect(wirings).to_have_count(0)
    expect(shows.nth(place)).to_be_checked()
    expect(page).to_have_url(re.compile("show=wirings"))
    harness.at_rest(page)
    expect(shows.nth(place)).to_be_checked()
    expect(page).to_have_url(re.compile("lang=zh"))
    context.close()


@pytest.mark.parametrize("wait", (0, 2000), ids=("at once", "once the server has drawn the other one"))
def test_an_option_that_still_looks_chosen_can_be_pressed_again(browser, address, wait):
    """Another one was pressed before, which the browser has yet to show: the last press has the last word."""
    page = browser.new_page({"width": 1600, "height": 1000})
    server = HeldAnswers(page)
    page.goto(f"{address}/non_autoregressive")
    harness.settled(page)
    mistake = page.get_by_role("radiogroup", name=t("control.mistakes")).get_by_role("radio").first
    mistake.click()
    harness.settled(page)
    chosen = page.get_by_label("Source", exact=True).input_value()
    server.hold()
    page.get_by_role("radiogroup", name=t("control.examples")).get_by_role("radio").nth(1).click()
    page.wait_for_timeout(wait)
    mistake.click()
    page.wait_for_timeout(500)
    server.release()
    harness.settled(page)
    expect(mistake).to_be_checked()
    expect(page.get_by_label("Source", exact=True)).to_have_value(chosen)
    page.close()


def test_an_option_that_is_chosen_already_does_not_outdo_what_is_pressed_after_it(browser, address):
    """Of all that comes in one instant, the server is called back for presses on chosen options last."""
    page = browser.new_page({"width": 1600, "height": 1000})
    server = HeldAnswers(page)
    page.goto(f"{address}/search?source=3+mars+2001")
    harness.settled(page)
    examples = page.get_by_role("radiogroup", name=t("control.examples")).get_by_role("radio")
    chosen, other = examples.filter(has_text="3 mars 2001"), examples.last
    text = other.inner_text()
    server.hold()
    page.get_by_text("Positional enc.", exact=True).click()
    chosen.click()
    other.click()
    page.wait_for_timeout(500)
    server.release()
    harness.settled(page)
    expect(other).to_be_checked()
    expect(page.get_by_label("Source", exact=True)).to_have_value(text)
    page.close()


def test_a_head_pressed_while_the_server_decides_on_the_one_before_stays(browser, address):
    """What the server decided before it knew of a press is older than the press, though the browser hears it later."""
    page = browser.new_page({"width": 1600, "height": 1000})
    server = HeldAnswers(page)
    page.goto(f"{address}/decode?source=3+mars+2001&step=4")
    harness.settled(page)
    heads = page.get_by_role("radiogroup", name=t("control.head")).get_by_role("radio")
    server.hold()
    example = page.get_by_role("radiogroup", name=t("control.examples")).get_by_role("radio").nth(1).element_handle()
    page.evaluate("(both) => both.forEach((each) => each.click())", [example, heads.first.element_handle()])
    page.wait_for_timeout(1000)
    known = len(server.answers)
    heads.nth(1).click()
    page.wait_for_timeout(1000)
    server.let_pass(known)
    page.wait_for_timeout(1000)
    server.release()
    harness.settled(page)
    expect(heads.nth(1)).to_be_checked()
    expect(page.locator(".s2s-view")).to_have_attribute("data-head", "1")
    page.close()


PUT_BACK = """(input) => {
  const props = input[Object.keys(input).find((name) => name.startsWith('__reactProps'))];
  const target = { checked: !input.checked };
  props.onChange({ target, currentTarget: target, nativeEvent: {}, preventDefault() {}, stopPropagation() {} });
}"""


def test_a_switch_that_is_put_back_though_nobody_pressed_it_is_pressed_again(browser, address):
    """Streamlit does so now and then while it draws a page anew; here it is made to."""
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/decode?source=3+mars+2001&step=4")
    harness.settled(page)
    switch = page.locator("[class*=st-key-control-position-] input[role=switch]")
    page.get_by_text("Positional enc.", exact=True).click()
    expect(switch).not_to_be_checked()
    switch.evaluate(PUT_BACK)  # while it is drawn anew, which may take long on a busy machine
    expect(switch).to_be_checked()
    expect(switch).not_to_be_checked()
    expect(page).to_have_url(re.compile("position=off"))
    page.close()


LOSE_ONCE = """(toggle) => toggle.parentElement.addEventListener('click', (event) => {
  event.stopPropagation();
  event.preventDefault();
}, { capture: true, once: true })"""


def test_a_switch_that_takes_no_notice_of_a_press_is_pressed_again(browser, address):
    """It does so now and then in the instant in which it is drawn anew; here it is made to."""
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/decode?source=3+mars+2001&step=4")
    harness.settled(page)
    switch = page.locator("[class*=st-key-control-position-] input[role=switch]")
    switch.evaluate(LOSE_ONCE)
    switch.evaluate("(toggle) => toggle.click()")
    expect(switch).to_be_checked()
    expect(switch).not_to_be_checked()
    expect(page).to_have_url(re.compile("position=off"))
    page.close()


def test_a_lost_press_on_a_switch_counts_once_a_view_that_has_the_switch_is_back(browser, address):
    """What a switch shows belongs to the run, and outlives a view that has no use for it."""
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/position?show=shuffle")
    harness.settled(page)
    switch = page.locator("[class*=st-key-control-causal-] input[role=switch]")
    views = page.locator("[class*=st-key-control-position_show-]").get_by_role("radio")
    switch.evaluate(LOSE_ONCE)
    both = [switch.element_handle(), views.filter(has_text=t("position.show_encoding")).element_handle()]
    page.evaluate("(both) => both.forEach((each) => each.click())", both)
    expect(switch).to_have_count(0)
    harness.at_rest(page)
    views.filter(has_text=t("position.show_shuffle")).click()
    expect(switch).not_to_be_checked()
    expect(page).to_have_url(re.compile("causal=off"))
    page.close()


PRESS_UNSEEN = """(option) => {
  const box = option.closest('[class*=st-key-control-]'), name = box.className;
  box.className = name.replace('st-key-control-', 'st-key-unseen-');
  option.click();
  box.className = name;
}"""


def test_of_two_presses_that_the_server_hears_in_the_wrong_order_the_later_one_stands(browser, address):
    """A busy browser sends both in one message, in the order of the page; here the earlier one is sent late."""
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/non_autoregressive?model=spelling-all-at-once&source=knight")
    harness.at_rest(page)
    mistake = page.locator("[class*=st-key-control-mistakes-]").get_by_role("radio").nth(2)
    example = page.locator("[class*=st-key-control-examples-]").get_by_role("radio").nth(1)
    word = mistake.inner_text().rsplit(": ", 1)[1]
    mistake.click()
    expect(page).to_have_url(re.compile(rf"source={word}\b"))
    example.evaluate(PRESS_UNSEEN)
    expect(page).not_to_have_url(re.compile(rf"source={word}\b"))
    expect(page).to_have_url(re.compile(rf"source={word}\b"))
    harness.at_rest(page)
    expect(mistake).to_be_checked()
    expect(page.get_by_label("Source", exact=True)).to_have_value(word)
    page.close()


def test_a_press_just_after_another_page_was_opened_does_not_lead_back(browser, address):
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/?source=3+mars+2001&step=4")
    harness.at_rest(page)
    switch = page.locator("[class*=st-key-control-causal-] input[role=switch]").element_handle()
    page.get_by_role("button", name=re.compile("^Open Cross-attention")).evaluate(
        "async (button, input) => { button.click(); await new Promise((go) => setTimeout(go, 10)); input.click(); }",
        switch,
    )
    expect(page.get_by_role("heading", level=3)).to_contain_text(t("cross_attention.title"))
    harness.at_rest(page)
    expect(page).to_have_url(re.compile("/cross_attention\\?.*causal=off"))
    page.close()


@pytest.mark.parametrize(("path", "name"), (("cross_attention", "cross_step"), ("block", "block_token")))
def test_a_strip_stays_the_same_from_run_to_run_and_shows_what_stands_in_each_place(browser, address, path, name):
    """A strip that is put in place of another loses what is pressed at that moment."""
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/{path}?source=3+mars+2001&step=5")
    harness.settled(page)
    strip = page.get_by_role("radiogroup", name=t(f"control.{name}")).element_handle()
    before = strip.evaluate(AS_DRAWN)
    assert [text.replace(" ", "") for text in before[:2]] == ["1⟨BEGIN⟩→2", "22→0"]
    page.get_by_text("Positional enc.", exact=True).click()
    harness.settled(page)
    assert strip.evaluate("(strip) => strip.isConnected")
    after = strip.evaluate(AS_DRAWN)
    assert after != before and [text.split(" ")[0] for text in after] == [
        str(place) for place in range(1, len(after) + 1)
    ]
    page.close()


def test_of_two_options_pressed_together_the_later_one_has_the_last_word(browser, address):
    """The browser tells of both in one message, which lists them as the page does."""
    page = browser.new_page({"width": 1600, "height": 1000})
    page.goto(f"{address}/non_autoregressive?model=spelling-all-at-once&source=knight")
    harness.settled(page)
    groups = (page.get_by_role("radiogroup", name=t(f"control.{name}")) for name in ("mistakes", "examples"))
    mistake, example = (group.get_by_role("radio").nth(3) for group in groups)
    text = example.inner_text()
    handles = [each.element_handle() for each in (mistake, example)]
    page.evaluate("(both) => both.forEach((each) => each.click())", handles)
    page.wait_for_timeout(1000)
    harness.settled(page)
    expect(example).to_be_checked()
    expect(page.get_by_label("Source", exact=True)).to_have_value(text)
    page.close()


@pytest.mark.parametrize(
    ("path", "key", "field"),
    [("decode?step=4", "follow-view", "step"), ("search", "search-follow", "upto")],
)
def test_what_a_view_says_is_said_again_if_streamlit_loses_it(browser, address, path, key, field):
    tab, lost = browser.new_page({"width": 1600, "height": 1000}), []

    def lose_one(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: bytes | str) -> None:
            content = message if isinstance(message, bytes) else message.encode()
            if pressed and not lost and key.encode() in content and b"messages" in content:
                lost.append(content)
            else:
                server.send(message)

        socket.on_message(pass_on)

    pressed: list[str] = []
    tab.route_web_socket(re.compile("_stcore/stream"), lose_one)
    tab.add_init_script(presses.SCRIPT)
    presses.visit(tab, f"{address}/{path}")
    pressed.append("ArrowLeft")
    tab.keyboard.press("ArrowLeft")
    expect(tab).to_have_url(
        re.compile(rf"[?&]{field}=3(&|$)" if field == "step" else rf"[?&]{field}=\d"), timeout=20_000
    )
    assert lost
    tab.close()
