"""All lessons in a real Chromium, done from start to end by doing what they ask; left, resumed, and looked at small."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.lessons.lessons import Lesson, lessons
from tests.browser import harness
from tests.browser.conftest import PATIENCE, SMALL

LESSONS = lessons()
Act = Callable[[Page], object]


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[str]:
    """Serve the app with a place of its own for what the last lesson trains."""
    with harness.serve(SEQ2SEE_RUNS=str(tmp_path_factory.mktemp("runs"))) as address:
        yield address


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """Open a page in a browser that has kept nothing yet; at the end, nothing may have gone wrong in it."""
    context, wrong = browser.new_context(viewport=SMALL, reduced_motion="reduce"), []
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.on("pageerror", lambda error: wrong.append(f"{error}"))
    yield opened
    context.close()
    assert not wrong, wrong


def panel(page: Page) -> Locator:
    return page.locator(".s2s-lesson")


def press(name: str) -> Act:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def choose(name: str) -> Act:
    joined = re.compile(rf"^\u2060?{re.escape(name)}$")  # a joiner may stand before what is no letter
    return lambda page: page.get_by_role("radio").filter(has_text=joined).first.click()


def click(selector: str) -> Act:
    return lambda page: page.locator(selector).first.click()


def open_page(name: str) -> Act:
    return lambda page: page.get_by_role("link", name=name, exact=True).click()


def move(name: str, *keys: str) -> Act:
    """Move a slider by its keys."""

    def act(page: Page) -> None:
        for key in keys:
            page.get_by_role("slider", name=name).first.press(key)

    return act


def type_in(name: str, text: str) -> Act:
    def act(page: Page) -> None:
        field = page.get_by_label(name, exact=True).first
        field.fill(text)
        field.press("Enter")

    return act


def edit(table: str, number: str, *keys: str) -> Act:
    """Type a number into a table of a board, in its first cell or where the keys lead to."""

    def act(page: Page) -> None:
        page.locator(f"[data-panel='{table}'] canvas[tabindex]").focus()
        for key in (*keys, *number, "Enter"):
            page.keyboard.press(key)

    return act


def click_cell(table: str, row: int, column: int) -> Act:
    def act(page: Page) -> None:
        ask = "([panel, row, column]) => document.querySelector('.s2s-board').board.cell(panel, row, column)"
        at = page.evaluate(ask, [table, row, column])
        page.mouse.click(at["x"], at["y"])

    return act


def drag_penalty(page: Page) -> None:
    page.locator(".s2s-t-penalty").evaluate(
        "range => { range.value = 1; for (const name of ['input', 'change']) range.dispatchEvent(new Event(name)); }"
    )


def widen_and_penalise(page: Page) -> None:
    move("Beam width", *["ArrowRight"] * 3)(page)
    expect(page).to_have_url(re.compile("beam=4"))
    harness.at_rest(page)
    drag_penalty(page)


def silence_a_row(page: Page) -> None:
    for name in ("self.1.4", "cross.1.1", "cross.1.2", "cross.1.3", "cross.1.4"):
        page.locator(f".s2s-hw-cell[data-head='{name}']").click()
        harness.at_rest(page)
    expect(page.get_by_text("still 2001-03-03").first).to_be_visible()


def silence_the_fourth(page: Page) -> None:
    page.locator("[data-silence='self.1.4']").click()
    expect(page.get_by_text(re.compile("2001-03-03 → ")).first).to_be_visible()


def step(times: int) -> Act:
    def act(page: Page) -> None:
        for _ in range(times):
            press("Step")(page)

    return act


def pad(page: Page) -> None:
    choose("Padding")(page)
    expect(page).to_have_url(re.compile("show=padding"))
    move("PAD tokens after the source", "ArrowRight")(page)


def train_without(page: Page) -> None:
    open_page("Reinforcement learning")(page)
    page.get_by_role("heading", name="Reinforcement learning ·").wait_for()
    harness.at_rest(page)
    choose("none")(page)


def look_at_training(page: Page) -> None:
    open_page("Whole model")(page)
    page.get_by_role("heading", name="Whole model ·").wait_for()
    harness.at_rest(page)
    page.get_by_role("button", name="Training", exact=True).click()


def choose_task(page: Page) -> None:
    page.get_by_label("Task", exact=True).first.click()
    page.get_by_role("option", name="Sort", exact=True).click()


def train(page: Page) -> None:
    button = page.get_by_role("button", name="Train", exact=True)
    expect(button).to_be_enabled()
    harness.at_rest(page)
    button.click()


def stop_and_open(page: Page) -> None:
    expect(page.get_by_test_id("stProgress")).to_contain_text(re.compile(r"running · step [1-9]"), timeout=90_000)
    press("Stop")(page)
    press("Open in Decode")(page)


# What each lesson asks for, in its order.
ACTS: dict[int, tuple[Act, ...]] = {
    1: (step(3), press("To the end"), choose("16 listopada 1998")),
    2: (edit("q1", "-2", "ArrowDown", "ArrowDown"), choose("cat"), edit("x", "3")),
    3: (click_cell("A1", 1, 1), choose("Two layers"), edit("q2", "5")),
    4: (choose("q·k"), move("Temperature", "End"), choose("sigmoid")),
    5: (choose("Decoder self-attention"), silence_the_fourth, silence_a_row),
    6: (
        press("Shuffle"),
        lambda page: (choose("The encoding")(page), move("Position p", "ArrowRight")(page)),
        choose("Models compared"),
    ),
    7: (
        choose("2"),
        lambda page: (
            choose("LayerNorm step by step")(page),
            move("Other examples in the batch", "ArrowRight")(page),
        ),
        lambda page: (
            choose("Skip a part")(page),
            click("[data-part='encoder.0.self_attn_add_norm.residual']")(page),
        ),
    ),
    8: (click_cell("mask", 3, 1), choose("Why causal"), pad),
    9: (step(3), choose("Wirings"), lambda page: page.get_by_role("button", name="Load", exact=True).nth(1).click()),
    10: (click(".s2s-f-step[data-step='6']"), press("Compare schedules"), look_at_training),
    11: (move("Beam width", "Home"), widen_and_penalise, type_in("Temperature", "0.4")),
    12: (
        click("[class*=st-key-control-passes] [role=radio] >> text=4"),
        click(".s2s-p-bar[data-length='8']"),
        choose("wrong length: abbie"),
    ),
    13: (
        choose("reverse"),
        lambda page: (choose("The loss here")(page), move("Width of the diagonal g", "ArrowRight")(page)),
        train_without,
    ),
    14: (choose_task, train, stop_and_open),
}


def answer(page: Page, lesson: Lesson) -> None:
    """Answer the question wrongly, and then rightly; each option says why."""
    panel(page).get_by_role("button", name="Question", exact=True).click()
    options = page.locator(".s2s-l-options button")
    rights = [option.get("right", False) for option in lesson.question["options"]]
    for right in (False, True):
        place = rights.index(right)
        options.nth(place).click()
        expect(page.locator(".s2s-l-answer")).to_have_text(lesson.question["options"][place]["answer"])
    expect(panel(page)).to_have_attribute("data-finished", "true")


def test_every_lesson_is_done_by_doing_what_it_asks_and_nothing_is_ticked_by_itself(page, app):
    page.goto(f"{app}/lessons")
    press("Start with lesson 1: From one sequence to another")(page)
    for number, lesson in LESSONS.items():
        expect(panel(page)).to_have_attribute("data-lesson", str(number))
        harness.at_rest(page)
        page.wait_for_timeout(300)  # in which the panel looks at the address twice
        expect(panel(page)).to_have_attribute("data-done", "0")
        for count, act in enumerate(ACTS[number], 1):
            act(page)
            expect(panel(page)).to_have_attribute("data-done", str(count))
            harness.at_rest(page)
            expect(panel(page)).to_have_attribute("data-done", str(count))
        answer(page, lesson)
        page.locator(".s2s-l-next").click()
    expect(page.locator(".s2s-lesson_list")).to_have_attribute("data-finished", "14")
    expect(page.locator(".s2s-ll-rows [data-state=finished]")).to_have_count(14)


def test_a_lesson_is_left_and_resumed_and_its_view_can_be_set_again(page, app):
    page.goto(f"{app}/?lesson=4")  # all that a teacher has to give
    expect(page).to_have_url(re.compile("/self_attention.+lesson=4"))
    harness.at_rest(page)
    choose("q·k")(page)
    expect(panel(page)).to_have_attribute("data-done", "1")
    press("Set the view again")(page)
    expect(page).not_to_have_url(re.compile("score="))
    harness.at_rest(page)
    expect(page.get_by_role("radio", checked=True).filter(has_text="√d")).to_be_visible()
    expect(panel(page)).to_have_attribute("data-done", "1")
    press("Leave the lesson")(page)
    expect(panel(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("lesson="))
    open_page("Lessons")(page)
    row = page.locator(".s2s-ll-rows li").nth(3)
    expect(row).to_have_attribute("data-state", "begun")
    page.reload()
    row.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/self_attention.+lesson=4"))
    expect(panel(page)).to_have_attribute("data-done", "1")
    open_page("Masks")(page)
    page.get_by_role("heading", name="Masks ·").wait_for()
    expect(page).to_have_url(re.compile("lesson=4"))
    press("Back to Self-attention")(page)
    expect(page).to_have_url(re.compile("/self_attention.+lesson=4"))


@pytest.mark.parametrize("width, height", [(1280, 720), (390, 844)])
def test_a_lesson_leaves_room_for_its_view_and_follows_who_scrolls(page, app, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{app}/?lesson=4")
    panel(page).wait_for()
    harness.at_rest(page)
    if width < 700:
        assert panel(page).bounding_box()["height"] < 0.55 * height
    else:
        assert panel(page).bounding_box()["height"] < 0.24 * height
        expect(page.locator("[data-panel=weights]")).to_be_in_viewport()
    press("Show the title only")(page)
    assert panel(page).bounding_box()["height"] < 150
    sideways = (
        "() => document.querySelector('.s2s-lesson').scrollWidth - document.querySelector('.s2s-lesson').clientWidth"
    )
    assert page.evaluate(sideways) <= 0
    page.locator("[class*=st-key-control-section]").scroll_into_view_if_needed()
    page.mouse.move(width / 2, height / 2)
    page.mouse.wheel(0, 2000)
    bubble = page.locator(".s2s-l-bubble")
    expect(bubble).to_be_in_viewport()
    bubble.click()
    expect(page.locator(".s2s-l-head")).to_be_in_viewport()


def test_a_lesson_prints_as_a_sheet_with_all_of_its_parts_and_nothing_else(page, app):
    page.goto(f"{app}/?lesson=4")
    expect(panel(page)).to_have_attribute("data-lesson", "4")
    harness.at_rest(page)
    page.emulate_media(media="print")
    for text in (LESSONS[4].do[0]["text"], LESSONS[4].question["text"], LESSONS[4].now_you):
        expect(panel(page)).to_contain_text(re.sub(r"[*`]", "", text))
    for part in (".s2s-l-look", ".s2s-l-question", ".s2s-l-now_you", ".s2s-l-address"):
        expect(panel(page).locator(part)).to_be_visible()
    for part in (".s2s-board", "[data-testid=stSidebar]", ".s2s-l-links"):
        expect(page.locator(part).first).to_be_hidden()
