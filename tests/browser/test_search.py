"""The tree of a beam search in a real Chromium: it grows, ranks anew and is clicked without asking the server."""

import re

import pytest
from playwright.sync_api import Page, expect

from pages.shared.runs import RunSpec
from pages.shared.search.searches import search
from tests.browser import harness
from tests.browser.test_every_page import at_rest

SPEC = RunSpec(model="spelling", source="imagination")
LONG = "antidisestablishmentarianism"


def open_tree(browser, address: str, query: str = "", width: int = 1920, height: int = 1080) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(60_000)
    page.goto(f"{address}/search?model=spelling&source=imagination{query}")
    painted(page)
    return page


def painted(page: Page) -> None:
    page.wait_for_selector(".s2s-tree[data-painted]", timeout=60_000)
    at_rest(page, "search")


def expect_tree(page: Page, **data: object) -> None:
    for name, value in data.items():
        expect(page.locator(".s2s-tree")).to_have_attribute(f"data-{name}", str(value))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def shown(page: Page) -> int:
    return page.locator(".s2s-t-node:visible").count()


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
    assert shown(page) == 1
    count = 1
    for number, step in enumerate(steps[:3], start=1):
        press(page, "Step")
        expect_tree(page, step=number)
        count += len(step.considered)
        assert shown(page) == count
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
            const boxes = [...document.querySelectorAll('.s2s-t-node')];
            seen.push(boxes.filter((box) => box.checkVisibility({ visibilityProperty: true })).length);
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
    page.locator(f".s2s-t-node[data-n='{chosen.number}']").click()
    expect_tree(page, node=chosen.number)
    top = found.log_probs(chosen.number).exp().topk(1)
    expect(page.locator(".s2s-t-bar em").first).to_have_text(re.compile(f"{100 * float(top.values[0]):.1f}|99.9"))
    expect(page).to_have_url(re.compile(f"node={chosen.number + 1}"))
    press(page, "Go on from here in Decode")
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
    pruned = page.locator(".s2s-t-node[data-kind='pruned']:visible").first
    pruned.click()
    expect(page.locator(".s2s-t-next h4")).to_contain_text("pruned")
    assert "pruned" in pruned.get_attribute("title")
    page.close()


def test_up_and_down_walk_through_a_step_and_brackets_along_a_hypothesis(browser, address):
    page = open_tree(browser, address)
    column = [h.number for h in search(SPEC, 5, 0.0).steps[1].live]
    page.locator(f".s2s-t-node[data-n='{column[0]}']").click()
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


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_a_wide_beam_over_a_long_word_can_be_read(browser, address, width, height):
    """Boxes of a column do not overlap, no number is cut off, and the newest step is in sight."""
    page = open_tree(browser, address, f"&show=beam&beam=8&source={LONG}", width, height)
    cut, overlapping = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('.s2s-t-node')], columns = {};
          const beyond = (part, box) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1
            || part.checkVisibility() && part.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
          const parts = (box) => [...box.querySelectorAll('b, span, i, em')];
          const cut = boxes.filter((box) => parts(box).some((part) => beyond(part, box)));
          for (const box of boxes) (columns[box.style.left] ??= []).push(box.getBoundingClientRect());
          for (const column of Object.values(columns)) column.sort((a, b) => a.top - b.top);
          const under = (one, i, all) => i && one.top < all[i - 1].bottom - 0.5;
          const overlapping = Object.values(columns).flatMap((column) => column.filter(under));
          return [cut.length, overlapping.length];
        }"""
    )
    assert (cut, overlapping) == (0, 0)
    last = page.locator(".s2s-t-node[data-kind='done']").last.bounding_box()
    assert last["x"] + last["width"] <= width
    page.close()


def test_all_three_searches_stand_on_one_screen(browser, address):
    page = open_tree(browser, address)
    for part in (".st-key-search-results", "[data-testid=stPlotlyChart]", ".s2s-t-plane", ".s2s-t-details"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= 1080, part
    page.close()
