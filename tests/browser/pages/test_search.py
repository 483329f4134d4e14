"""The tree of a beam search in a real Chromium: it grows, ranks anew and is clicked without asking the server."""

import re
from collections import defaultdict
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from core.run.runs import RunSpec
from pages.search.searches import search
from tests.browser import harness
from tests.browser.test_every_page import at_rest

SPEC = RunSpec(model="spelling", source="imagination")
LONG = "antidisestablishmentarianism"
SIXTY = "llanfair" * 7 + "pwll"


def open_tree(browser, address: str, query: str = "", width: int = 1920, height: int = 1080) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{address}/search?model=spelling&source=imagination{query}")
    painted(page)
    return page


def painted(page: Page) -> None:
    page.wait_for_selector(".s2s-tree[data-painted]")
    at_rest(page, "search")


def expect_tree(page: Page, **data: object) -> None:
    for name, value in data.items():
        expect(page.locator(".s2s-tree")).to_have_attribute(f"data-{name}", str(value))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def boxes(page: Page) -> list[dict]:
    """Return what is drawn of each hypothesis; what is yet to come is not drawn."""
    return page.evaluate("document.querySelector('.s2s-tree').tree.boxes()")


def middle(page: Page, number: int) -> tuple[float, float]:
    """Return where on the screen the middle of a hypothesis' box is."""
    box = next(box for box in boxes(page) if box["n"] == number)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def click(page: Page, number: int) -> None:
    page.mouse.click(*middle(page, number))


def chosen_button(page: Page) -> Locator:
    return page.locator(".s2s-t-chosen:visible")


def covers(button: Locator, box: dict) -> bool:
    """Tell whether a button lies over a box."""
    frame = button.bounding_box()
    return all(abs(frame[name] - box[name]) < 0.6 for name in ("x", "y", "width", "height"))


def test_a_switch_shows_its_tree_before_the_server_has_answered(browser, address):
    page = open_tree(browser, address)
    before = page.locator(".s2s-tree").get_attribute("data-search")
    page.wait_for_selector(f".s2s-tree[data-ahead='{before}']")
    page.evaluate("WebSocket.prototype.send = () => {}")
    page.locator("[data-testid=stCheckbox]", has_text="Positional enc.").locator("label").first.click()
    expect(page.locator(".s2s-tree")).not_to_have_attribute("data-search", before)
    page.close()


def test_the_tree_grows_step_by_step_and_keys_do_the_same(browser, address):
    page = open_tree(browser, address, "&beam=4")
    steps = search(SPEC, 4, 0.0).steps
    expect_tree(page, step=len(steps), steps=len(steps))
    press(page, "Reset")
    expect_tree(page, step=0)
    assert len(boxes(page)) == 1
    count = 1
    for number, step in enumerate(steps[:3], start=1):
        press(page, "Step")
        expect_tree(page, step=number)
        count += len(step.considered)
        assert len(boxes(page)) == count
    page.keyboard.press("ArrowLeft")
    expect_tree(page, step=2)
    page.keyboard.press("End")
    expect_tree(page, step=len(steps))
    page.keyboard.press("Home")
    expect_tree(page, step=0)
    press(page, "Play")
    page.wait_for_function("document.querySelector('.s2s-tree').dataset.step >= 2")
    press(page, "Pause")
    expect(page).to_have_url(re.compile(r"upto=\d"))
    page.close()


def test_scrubbing_asks_the_server_nothing(browser, address):
    page = open_tree(browser, address)
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    painted(page)
    page.wait_for_timeout(800)
    sent.clear()
    counts = page.evaluate(
        """async () => {
          const range = document.querySelector('.s2s-tree input[type=range]'), seen = [];
          for (let i = 0; i <= Number(range.max); i++) {
            range.value = i;
            range.dispatchEvent(new Event('input', { bubbles: true }));
            seen.push(document.querySelector('.s2s-tree').tree.boxes().length);
          }
          return seen;
        }"""
    )
    assert counts == sorted(counts) and counts[0] == 1 and len(set(counts)) == len(counts)
    assert not sent
    page.close()


def in_order(hypotheses, penalty: float) -> list:
    """Sort hypotheses by the score of the core, ties by number."""
    return sorted(hypotheses, key=lambda h: (-h.score(penalty), h.number))


@pytest.mark.parametrize("width", (3, 8))
def test_the_browser_ranks_as_the_core_does_at_every_step_and_penalty(browser, address, width):
    page = open_tree(browser, address, f"&beam={width}")
    for penalty in (0.0, 0.6, 1.0, 2.0):
        for step in search(SPEC, width, 0.0).steps:
            ranked = page.evaluate(
                "([upto, penalty]) => document.querySelector('.s2s-tree').tree.outcomes(upto, penalty)",
                [step.index + 1, penalty],
            )
            expected = (in_order(step.finished, penalty) + in_order(step.live, penalty))[:width]
            assert [number for number, _ in ranked] == [h.number for h in expected]
            assert [score for _, score in ranked] == pytest.approx([h.score(penalty) for h in expected])
            if penalty == 0.0:
                assert [h.number for h in expected] == [h.number for h in step.ranked]
    page.close()


def test_the_length_penalty_ranks_anew_while_it_is_dragged_and_searches_when_let_go(browser, address):
    page = open_tree(browser, address)
    slider = page.locator(".s2s-t-penalty")
    before = page.locator(".s2s-t-outcomes .s2s-t-list .s2s-t-row").first.inner_text()
    slider.evaluate("range => { range.value = 1; range.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect_tree(page, penalty=1)
    assert page.locator(".s2s-t-outcomes .s2s-t-list .s2s-t-row").first.inner_text() != before
    assert "penalty" not in page.url
    slider.evaluate("range => range.dispatchEvent(new Event('change', { bubbles: true }))")
    expect(page).to_have_url(re.compile("penalty=1"))
    best = search(SPEC, 5, 1.0).best
    first = page.locator(".s2s-t-outcomes .s2s-t-list .s2s-t-row").first
    expect(first).to_have_attribute("data-n", str(best.number))
    expect(first).to_contain_text(f"{abs(best.score(1.0)):.3f}")
    page.close()


def test_a_click_shows_what_follows_and_leads_on_to_the_decode_page(browser, address):
    page = open_tree(browser, address)
    found = search(SPEC, 5, 0.0)
    chosen = found.steps[3].live[1]
    click(page, chosen.number)
    expect_tree(page, node=chosen.number)
    top = found.log_probs(chosen.number).exp().topk(1)
    expect(page.locator(".s2s-t-bar em").first).to_have_text(re.compile(f"{100 * float(top.values[0]):.1f}|99.9"))
    expect(page).to_have_url(re.compile(f"node={chosen.number + 1}"))
    press(page, "Continue in Decode")
    page.wait_for_selector(".s2s-view")
    harness.settled(page)
    expect(page.locator(".s2s-view")).to_have_attribute("data-step", str(chosen.length))
    names = page.locator("[data-role=target-chip]:visible").all_inner_texts()
    assert len([name for name in names if name.strip()]) >= chosen.length
    expect(page.get_by_text("the model alone →")).to_be_visible()
    page.get_by_text("the model alone →").click()
    expect(page).not_to_have_url(re.compile("force="))
    page.get_by_role("link", name="Open in Search").click()
    painted(page)
    expect_tree(page, node=chosen.number)
    page.close()


def test_a_pruned_hypothesis_says_where_it_came_from(browser, address):
    page = open_tree(browser, address)
    click(page, next(box["n"] for box in boxes(page) if box["kind"] == "pruned"))
    expect(page.locator(".s2s-t-next h4")).to_contain_text("pruned")
    assert "pruned" in chosen_button(page).get_attribute("title")
    page.close()


def test_up_and_down_walk_through_a_step_and_brackets_along_a_hypothesis(browser, address):
    page = open_tree(browser, address)
    column = [h.number for h in search(SPEC, 5, 0.0).steps[1].live]
    click(page, column[0])
    page.keyboard.press("ArrowDown")
    expect_tree(page, node=column[1])
    page.keyboard.press("ArrowUp")
    expect_tree(page, node=column[0])
    page.keyboard.press("[")
    expect_tree(page, node=search(SPEC, 5, 0.0).known[column[0]].parent)
    page.close()


def test_a_link_opens_the_same_tree_and_another_source_its_own(browser, address):
    page = open_tree(browser, address, "&beam=3&upto=4&node=9")
    expect_tree(page, step=4, node=8)
    box = page.get_by_label("Source", exact=True)
    box.fill("knight")
    box.press("Enter")
    expect(page).to_have_url(re.compile("source=knight"))
    expect(page.locator(".s2s-t-row bdi").nth(1)).to_have_text("N AY T")
    expect(page).not_to_have_url(re.compile("node="))
    page.close()


def overlapping(spans: list[tuple[float, float]]) -> bool:
    """Tell whether any of these overlap."""
    ordered = sorted(spans)
    return any(low < high - 0.5 for (_, high), (low, _) in pairwise(ordered))


@pytest.mark.parametrize("source", ["imagination", LONG])
def test_a_wide_beam_can_be_read(browser, address, source):
    """Boxes of a column do not overlap, no number is cut off or small, and the newest step is in sight."""
    page = open_tree(browser, address, f"&show=beam&beam=8&source={source}")
    for width, _ in harness.at_both_sizes(page):
        expect_legible(boxes(page), width)
    page.close()


def expect_legible(drawn: list[dict], width: int) -> None:
    columns, lines = defaultdict(list), defaultdict(list)
    for box in drawn:
        columns[box["step"]].append((box["y"], box["y"] + box["height"]))
        for text in box["texts"]:
            assert text["size"] >= 12 and text["text"]
            assert box["x"] <= text["left"] and text["right"] <= box["x"] + box["width"]
            assert box["y"] - 1 < text["y"] - 8 and text["y"] <= box["y"] + box["height"]
            assert text["name"] == "name" or not text["squeezed"]
            lines[box["n"], text["y"]].append((text["left"], text["right"]))
    assert not any(map(overlapping, columns.values()))
    assert not any(map(overlapping, lines.values()))
    last = [box for box in drawn if box["kind"] == "done"][-1]
    assert last["x"] + last["width"] <= width


INK = """(boxes) => {
  const canvas = document.querySelector('.s2s-t-plane canvas'), context = canvas.getContext('2d');
  const frame = canvas.getBoundingClientRect(), ratio = devicePixelRatio;
  return boxes.map(({ x, y, width, height }) => context
    .getImageData((x - frame.x) * ratio, (y - frame.y) * ratio, width * ratio, height * ratio)
    .data.filter((value, i) => i % 4 === 3 && value > 60).length);
}"""
PICTURE = "document.querySelector('.s2s-t-plane canvas').toDataURL()"
# Has the tree drawn anew, as it is once its fonts have come, and counts the pixels that look otherwise than they did.
DIFFERING = """() => {
  const canvas = document.querySelector('.s2s-t-plane canvas'), context = canvas.getContext('2d');
  const read = () => context.getImageData(0, 0, canvas.width, canvas.height).data;
  const before = read();
  document.fonts.dispatchEvent(new Event('loadingdone'));
  const after = read(), seen = (data, i) => data[i] * data[i | 3] / 255;
  return after.filter((_, i) => Math.abs(seen(after, i) - seen(before, i)) > 5).length;
}"""


@pytest.mark.parametrize("sharpness", [1.25, 2])
def test_what_grows_is_drawn_and_what_goes_leaves_nothing(browser, address, sharpness):
    """Steps draw anew only columns that change: that must give the same picture as drawing all of them."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, device_scale_factor=sharpness)
    page = context.new_page()
    page.goto(f"{address}/search?model=spelling&source=imagination&beam=4&show=beam")
    painted(page)
    whole = boxes(page)
    assert min(page.evaluate(INK, whole)) > 10
    for press_them in (["Reset"], ["Step"] * 3, ["Back"], ["To the end", "Back", "Back"]):
        for name in press_them:
            press(page, name)
        shown = {box["n"] for box in boxes(page)}
        for box, ink in zip(whole, page.evaluate(INK, whole), strict=True):
            assert (ink > 10) if box["n"] in shown else (ink == 0)
        assert page.evaluate(DIFFERING) == 0
    context.close()


def luminance(color: list[float]) -> float:
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(color: str, ground: str) -> float:
    """Return the contrast of a colour, `#rrggbb` or rgb with or without opacity, on an opaque one."""

    def parts(text: str) -> list[float]:
        if text.startswith("#"):
            return [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)] + [1]
        red, green, blue, *opacity = (float(part) for part in re.findall(r"[\d.]+", text))
        return [red / 255, green / 255, blue / 255, *(opacity or [1])]

    below, above = parts(ground)[:3], parts(color)
    seen = [part * above[3] + under * (1 - above[3]) for part, under in zip(above, below, strict=False)]
    lighter, darker = sorted((luminance(seen), luminance(below)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_both_themes_are_drawn_in_their_own_colours(browser, address):
    pictures = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, color_scheme=scheme)
        page.goto(f"{address}/search?model=spelling&source=aforementioned&beam=5&show=beam")
        painted(page)
        ground = page.locator(".s2s-tree").evaluate("tree => getComputedStyle(tree).backgroundColor")
        colors = {text["color"] for box in boxes(page) for text in box["texts"]}
        assert len(colors) >= 3
        assert min(contrast(color, ground) for color in colors) >= 4.5
        pictures[scheme] = page.evaluate(PICTURE)
        page.close()
    assert pictures["light"] != pictures["dark"]


def test_a_click_on_any_kind_of_box_chooses_it(browser, address):
    page = open_tree(browser, address, "&source=aforementioned&show=beam")
    drawn = boxes(page)
    kinds = {(box["kind"], box["state"], box["path"]): box for box in drawn}
    assert {kind for kind, _, _ in kinds} == {"live", "done", "pruned"}
    assert {path for _, _, path in kinds} >= {"best", None}
    for box in kinds.values():
        click(page, box["n"])
        expect_tree(page, node=box["n"])
        assert covers(chosen_button(page), box)
        assert chosen_button(page).get_attribute("aria-selected") == "true"
    edge = next(box for box in drawn if box["step"] == 1)
    page.mouse.click(edge["x"] - 4, edge["y"] + edge["height"] / 2)  # between two columns is nothing to choose
    page.wait_for_timeout(300)
    expect_tree(page, node=box["n"])
    page.close()


def test_pointing_at_a_box_tells_its_numbers_and_chooses_nothing(browser, address):
    page = open_tree(browser, address, "&show=beam")
    found = search(SPEC, 5, 0.0)
    before = page.locator(".s2s-tree").get_attribute("data-node")
    told = page.locator(".s2s-t-hovered")
    assert told.is_hidden()
    for hypothesis in (found.steps[2].considered[1], found.steps[2].considered[-1], found.best):
        page.mouse.move(*middle(page, hypothesis.number))
        expect(told).to_have_attribute("title", re.compile(f"{abs(hypothesis.total):.4f}"))
        assert told.get_attribute("aria-label") == told.get_attribute("title")
        assert covers(told, next(box for box in boxes(page) if box["n"] == hypothesis.number))
    page.keyboard.press("Home")  # what is pointed at is no longer there
    expect(told).to_be_hidden()
    page.keyboard.press("End")
    page.mouse.move(*middle(page, found.best.number))
    expect(told).to_be_visible()
    page.mouse.move(5, 5)
    expect(told).to_be_hidden()
    expect_tree(page, node=before)
    page.close()


def test_the_tree_is_one_stop_of_the_tab_key_and_the_focus_moves_with_what_is_chosen(browser, address):
    page = open_tree(browser, address, "&show=beam")
    tree = page.get_by_role("tree")
    expect(tree).to_have_attribute("aria-label", re.compile("width 5 for imagination"))
    page.locator(".s2s-scrub").focus()
    page.keyboard.press("Tab")
    expect(chosen_button(page)).to_be_focused()
    assert chosen_button(page).evaluate("button => getComputedStyle(button).boxShadow") != "none"
    page.keyboard.press("]")
    before = page.evaluate_handle("document.activeElement")
    page.keyboard.press("ArrowDown")
    second = search(SPEC, 5, 0.0).steps[0].considered[1]
    expect_tree(page, node=second.number)
    item = tree.get_by_role("treeitem", selected=True)
    expect(item).to_be_focused()
    expect(item).to_have_accessible_name(re.compile(f"{abs(second.total):.4f}"))
    assert [item.get_attribute(f"aria-{name}") for name in ("level", "posinset")] == ["2", "2"]
    assert before.evaluate("button => button !== document.activeElement"), "a screen reader reads what is newly focused"
    page.keyboard.press("Tab")
    expect(page.locator(".s2s-t-penalty")).to_be_focused()
    page.close()


def test_the_servers_answer_to_a_switch_leaves_the_tree_as_it_is(browser, address):
    page = open_tree(browser, address, "&show=beam")
    tree = page.locator(".s2s-tree")
    before = tree.get_attribute("data-search")
    page.wait_for_selector(f".s2s-tree[data-ahead='{before}']")
    page.locator("[data-testid=stCheckbox]", has_text="Positional enc.").locator("label").first.click()
    expect(tree).not_to_have_attribute("data-search", before)
    shown = tree.get_attribute("data-search"), page.evaluate(PICTURE)
    expect(page).to_have_url(re.compile("position=off"))
    painted(page)
    assert (tree.get_attribute("data-search"), page.evaluate(PICTURE)) == shown
    page.close()


def test_all_three_searches_stand_on_one_screen(browser, address):
    page = open_tree(browser, address)
    for part in (".st-key-search-results", ".s2s-drawn", ".s2s-t-plane", ".s2s-t-details"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= 1080, part
    page.close()


def test_sixty_letters_leave_room_for_what_belongs_to_the_tree(browser, address):
    """Columns in which many have finished are no taller than the window lets them be."""
    page = open_tree(browser, address, f"&source={SIXTY}&beam=8")
    box = page.locator(".s2s-t-details").bounding_box()
    assert box["y"] + box["height"] <= 1080
    assert not any(text["size"] < 12 for box in boxes(page) for text in box["texts"])
    page.close()
