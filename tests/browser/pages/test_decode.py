"""The main path in a real Chromium: what only a browser shows."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from core.run import runs
from core.run.runs import RunSpec
from tests.browser import harness

WIDTH_OF_CACHE = "document.querySelector('[data-panel=own] canvas').getBoundingClientRect().width"


def view_step(page: Page) -> int:
    return int(page.locator(".s2s-view").get_attribute("data-step"))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def expect_view(page: Page, **data: object) -> None:
    for name, value in data.items():
        expect(page.locator(".s2s-view")).to_have_attribute(f"data-{name}", str(value))


def written(page: Page) -> str:
    shown = page.locator("[data-role=target-chip]:visible").all_inner_texts()
    return "".join(text.strip() for text in shown if text.strip())


def type_source(page: Page, text: str, readable: bool = True) -> None:
    """Type a source that was not there before, and wait until its run is shown, if it can be read."""
    box, view = page.get_by_label("Source", exact=True), page.locator(".s2s-view")
    before = view.get_attribute("data-run")
    box.fill(text)
    box.press("Enter")
    if readable:
        expect(view).not_to_have_attribute("data-run", before)
    harness.settled(page)


def picture(page: Page, panel: int) -> str:
    return page.locator(".s2s-maps canvas").nth(2 * panel).evaluate("canvas => canvas.toDataURL()")


def test_a_newcomer_types_a_date_and_steps_through_it(visit):
    page = visit()
    type_source(page, "March 3rd, 2001")
    expect_view(page, step=0)
    empty = picture(page, 2)
    for number, expected in enumerate("2001-03-03", start=1):
        press(page, "Step")
        expect_view(page, step=number)
        assert written(page) == "2001-03-03"[:number]
        assert f"predicts {expected}" in page.locator(".s2s-sentence").inner_text()
    assert picture(page, 2) != empty
    press(page, "Step")
    assert written(page) == "2001-03-03⟨END⟩"
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_disabled()
    press(page, "Back")
    assert written(page) == "2001-03-03"
    press(page, "Reset")
    expect_view(page, step=0)
    press(page, "To the end")
    expect_view(page, step=11)


def test_keys_step_but_leave_typing_alone(visit):
    page = visit("?source=3+mars+2001&step=6")
    start = view_step(page)
    page.keyboard.press("ArrowRight")
    expect_view(page, step=start + 1)
    page.keyboard.press("ArrowLeft")
    expect_view(page, step=start)
    page.keyboard.press("End")
    expect_view(page, step=11)
    page.keyboard.press("Home")
    expect_view(page, step=0)
    page.get_by_label("Source", exact=True).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_timeout(200)
    expect_view(page, step=0)


def test_every_weight_is_reached_with_the_keyboard(visit):
    page = visit("?source=3+mars+2001&step=11&layer=2&head=1")
    weights = runs.trace(RunSpec(model="dates", source="3 mars 2001", reference="2001-03-03")).cross_weights()[1, 0]
    grid, readout = page.locator(".s2s-heat canvas").last, page.locator(".s2s-middle .s2s-readout")
    grid.focus()
    page.keyboard.press("ArrowUp")  # a key makes the focus one that is seen
    for key in ["ArrowLeft"] * 14 + ["ArrowUp"] * 11 + ["ArrowDown"] * 2 + ["ArrowRight"] * 5:
        page.keyboard.press(key)
    expect(readout).to_contain_text(f"{weights[2, 5]:.3f}")
    expect_view(page, step=11)
    page.keyboard.press("Enter")
    expect_view(page, step=3)
    expect(readout).to_contain_text(f"{weights[2, 5]:.3f}")
    page.keyboard.press("Tab")
    page.locator("body").press("ArrowRight")
    expect_view(page, step=4)


def test_a_click_on_a_weight_leaves_the_arrow_keys_to_the_steps(visit):
    page = visit("?source=3+mars+2001&step=11")
    grid = page.locator(".s2s-heat canvas").last
    box = grid.bounding_box()
    grid.click(position={"x": box["width"] * 0.7, "y": box["height"] * 0.4})
    expect(page.locator(".s2s-view")).not_to_have_attribute("data-step", "11")
    step = view_step(page)
    page.keyboard.press("ArrowRight")
    expect_view(page, step=step + 1)


def test_play_runs_to_the_end_and_can_be_paused(visit):
    page = visit("?source=3+mars+2001&step=6")
    page.get_by_label("Speed").select_option("0.5×")
    press(page, "Reset")
    press(page, "Play")
    page.wait_for_function("document.querySelector('.s2s-view').dataset.step >= 1")
    press(page, "Pause")
    expect_view(page, playing="false")
    paused = view_step(page)
    assert paused < 11
    page.wait_for_timeout(1000)
    expect_view(page, step=paused)
    page.get_by_label("Speed").select_option("4×")
    press(page, "Play")
    expect_view(page, step=11)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_scrubbing_asks_the_server_nothing(visit):
    page = visit()
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    harness.settled(page)
    page.wait_for_timeout(800)
    sent.clear()
    moved = page.evaluate(
        """async () => {
          const range = document.querySelector('.s2s-view input[type=range]'), seen = [];
          for (let i = 0; i <= 11; i++) {
            range.value = i;
            range.dispatchEvent(new Event('input', { bubbles: true }));
            seen.push(document.querySelectorAll('[data-role=target-chip]:not([aria-hidden])').length);
          }
          return seen;
        }"""
    )
    assert moved == list(range(12))
    assert not sent


def test_a_runner_up_can_be_forced_and_let_go(visit):
    page = visit("?source=3+mars+2001&step=4")
    page.get_by_role("button", name=re.compile('Force "9"')).click()
    expect(page.locator("[data-role=target-chip]").nth(3)).to_have_text("9")
    harness.settled(page)
    page.wait_for_url(re.compile("force=4"))
    expect_view(page, step=4)
    assert "predicts 1" in page.locator(".s2s-sentence").inner_text()
    press(page, "To the end")
    assert written(page)[3] == "9"
    page.get_by_role("button", name="Undo the forced token at position 4").click()
    expect(page.locator("[data-role=target-chip]").nth(3)).to_have_text("1")


def click_last_head(page: Page) -> None:
    """Click the decoder's self-attention where its last layer and head are."""
    box = page.locator(".s2s-panel").nth(1).locator(".s2s-maps").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9)


def test_clicking_a_small_map_chooses_its_layer_and_head(visit):
    page = visit()
    click_last_head(page)
    expect_view(page, attention="self", layer=2, head=3)
    expect(page.locator(".s2s-middle h4").nth(1)).to_have_text("Decoder self-attention · layer 3 · head 4")
    sidebar = page.locator("[data-testid=stSidebar]")
    expect(sidebar.get_by_role("radio", name="4", exact=True)).to_have_attribute("aria-checked", "true")
    page.wait_for_url(re.compile("attention=self"))


def test_what_is_clicked_before_the_page_is_whole_is_not_lost(browser, address):
    page, held, released = browser.new_page({"width": 1920, "height": 1080}), [], []

    def route(socket: WebSocketRoute) -> None:
        def hand_on(message: str | bytes) -> None:
            """Hold back what follows the view, in its order."""
            if not released and (held or b"follow_view" in message):
                held.append(lambda: socket.send(message))
            else:
                socket.send(message)

        socket.connect_to_server().on_message(hand_on)

    page.route_web_socket(re.compile("stream"), route)
    page.goto(f"{address}/decode")
    page.wait_for_selector(".s2s-view[data-painted]")
    page.wait_for_timeout(500)  # for what follows to arrive
    assert held
    click_last_head(page)
    expect_view(page, attention="self", layer=2, head=3)
    released.append(True)
    for send in held:
        send()
    expect(page.get_by_role("radiogroup", name="Head").get_by_role("radio").nth(3)).to_be_checked()
    expect(page).to_have_url(re.compile("layer=3&head=4&attention=self"))
    expect_view(page, attention="self", layer=2, head=3)
    page.close()


def test_choosing_in_the_sidebar_moves_the_view(visit):
    page = visit()
    sidebar = page.locator("[data-testid=stSidebar]")
    sidebar.get_by_role("radio", name="3", exact=True).last.click()
    expect_view(page, head=2)


def test_the_chosen_head_stays_chosen_when_pressed_again(visit):
    page = visit()
    head = page.get_by_role("radiogroup", name="Head", exact=True).get_by_role("radio", name="3", exact=True)
    for _ in range(2):
        head.click()
        page.wait_for_url(re.compile("head=3"))
        harness.settled(page)
        expect(head).to_be_checked()


def test_hovering_shows_the_exact_weight_and_both_tokens(visit):
    page = visit("?source=3+mars+2001&step=11&layer=2&head=1")
    weights = runs.trace(RunSpec(model="dates", source="3 mars 2001", reference="2001-03-03")).cross_weights()
    canvas = page.locator(".s2s-heat canvas").last
    box = canvas.bounding_box()
    labels = page.locator(".s2s-middle section").last
    found = set()
    for part in (0.35, 0.45, 0.55):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] * 0.6)
        text = labels.locator(".s2s-readout").inner_text()
        match = re.search(r"attends to “(.)” \((\d+)\): ([\d.]+)", text)
        assert match, text
        column = weights[1, 0, :, int(match[2]) - 1]
        assert any(abs(float(weight) - float(match[3])) < 6e-5 for weight in column), text
        found.add(text)
    assert len(found) > 1


def test_switching_repaints_every_map_and_back(visit):
    page = visit("?source=3+mars+2001&step=6")
    before = [picture(page, panel) for panel in range(3)]
    run = page.locator(".s2s-view").get_attribute("data-run")
    page.locator("[data-testid=stCheckbox]", has_text="Positional enc.").locator("label").first.click()
    expect(page.locator(".s2s-view")).not_to_have_attribute("data-run", run)
    harness.settled(page)
    assert all(picture(page, panel) != old for panel, old in enumerate(before))
    page.locator("[data-testid=stCheckbox]", has_text="Positional enc.").locator("label").first.click()
    expect_view(page, run=run)


def test_a_switch_shows_its_run_before_the_server_has_answered(visit):
    page = visit()
    before = page.locator(".s2s-view").get_attribute("data-run")
    page.wait_for_selector(f".s2s-view[data-ahead='{before}']")
    page.evaluate("WebSocket.prototype.send = () => {}")
    page.locator("[data-testid=stCheckbox]", has_text="Causal mask").locator("label").first.click()
    expect(page.locator(".s2s-view")).not_to_have_attribute("data-run", before)
    expect(page.locator(".s2s-panel h4").nth(1)).to_have_text("Decoder self-attention (mask off)")


def test_masked_cells_are_hatched_unlike_small_weights(visit):
    page = visit("?source=3+mars+2001&step=11&layer=1&attention=self")
    hatched = picture(page, 1)
    page.locator("[data-testid=stCheckbox]", has_text="Causal mask").locator("label").first.click()
    expect(page.locator(".s2s-panel h4").nth(1)).to_have_text("Decoder self-attention (mask off)")
    assert picture(page, 1) != hatched


def test_pinning_shows_both_runs_and_their_difference(visit):
    page = visit("?source=3+mars+2001&step=6")
    press(page, "Pin as A")
    expect(page.locator("[data-role=pinned-chip]:visible").first).to_be_visible()
    page.locator("[data-testid=stCheckbox]", has_text="Causal mask").locator("label").first.click()
    page.get_by_role("button", name="B − A", exact=True).click()
    expect_view(page, compare="difference")
    page.wait_for_url(re.compile("compare=difference"))
    link = page.url
    again = visit("?" + link.split("?", 1)[1])
    expect_view(again, compare="difference")
    assert picture(again, 2) == picture(page, 2)
    press(page, "Unpin A")
    expect(page.locator("[data-role=pinned-chip]:visible")).to_have_count(0)


@pytest.mark.parametrize(
    "typed",
    [
        '<img src=x onerror="window.hacked=1">',
        "<script>window.hacked=1</script>",
        "**3** [x](javascript:hacked=1)",
        "‮3 mars",
    ],
)
def test_what_is_typed_stays_text(visit, typed):
    page = visit()
    type_source(page, typed, readable=False)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".s2s-view img, .s2s-view script, .s2s-view a").count() == 0
    expect(page.get_by_label("Source", exact=True)).to_have_value(typed)


def test_a_link_opened_by_somebody_else_shows_the_same_view(visit):
    page = visit()
    type_source(page, "2001年3月3日")
    press(page, "Step")
    press(page, "Step")
    page.wait_for_url(re.compile("step=2"))
    again = visit("?" + page.url.split("?", 1)[1])
    expect_view(again, step=2, run=page.locator(".s2s-view").get_attribute("data-run"))
    assert written(again) == "20"
    assert picture(again, 0) == picture(page, 0)


def test_a_reload_and_another_page_lose_nothing(visit):
    page = visit()
    type_source(page, "1 gennaio 1984")
    for _ in range(3):
        press(page, "Step")
    page.wait_for_url(re.compile("step=3"))
    page.get_by_role("link", name="Evidence").click()
    page.get_by_role("heading", name="Evidence").wait_for()
    page.get_by_role("link", name="Decode").click()
    page.get_by_role("heading", name="Decode ·").wait_for()
    harness.settled(page)
    expect_view(page, step=3)
    expect(page.get_by_label("Source", exact=True)).to_have_value("1 gennaio 1984")
    page.reload()
    harness.settled(page)
    expect_view(page, step=3)
    expect(page.get_by_label("Source", exact=True)).to_have_value("1 gennaio 1984")


def test_going_back_shows_what_was_there_before(visit):
    page = visit()
    switch = page.get_by_role("switch", name="Causal mask", exact=True).last  # the new one, while there are two
    page.get_by_text("Causal mask", exact=True).click()
    page.wait_for_url(re.compile("causal=off"))
    harness.settled(page)
    page.go_back()
    expect(switch).to_be_checked()
    page.wait_for_timeout(2000)  # a press just before Back is not made again
    expect(switch).to_be_checked()
    assert "causal=off" not in page.url
    page.go_forward()
    expect(switch).not_to_be_checked()
    assert "causal=off" in page.url


def test_the_whole_view_is_in_sight_in_both_themes(visit):
    page = visit()
    for scheme in harness.in_both_themes(page):
        expect_view(page, theme=scheme)
        for width, height in harness.at_both_sizes(page):
            box = page.locator(".s2s-view").bounding_box()
            assert box["y"] + box["height"] <= height
            assert box["x"] + box["width"] <= width
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_how_long_the_output_becomes_is_seen_once_its_end_was(visit):
    page = visit("?source=3+mars+2001&step=0")
    chips, place = page.locator("[data-role=target-chip]:visible"), page.locator(".s2s-place")
    scrub = page.locator(".s2s-transport input[type=range]")
    expect(chips).to_have_count(0)
    for step in range(1, 5):
        press(page, "Step")
        expect(chips).to_have_count(step)
        expect(place).to_have_text(f"step {step}")
        assert int(scrub.get_attribute("max")) > 11
    press(page, "To the end")
    expect(place).to_have_text("step 11 of 11")
    press(page, "Back")
    expect(place).to_have_text("step 10 of 11")
    expect(chips).to_have_count(11)
    expect(scrub).to_have_attribute("max", "11")


def test_nothing_moves_while_stepping(visit):
    page = visit("?source=3+mars+2001&step=0")
    places = ".s2s-transport, .s2s-middle > section, .s2s-panel, [data-role=target-chip]"
    seen = set()
    for _ in range(12):
        seen.add(
            page.evaluate(
                "q => JSON.stringify([...document.querySelectorAll(q)].map(e => { const r = e.getBoundingClientRect();"
                " return [r.x, r.y, r.width, r.height].map(Math.round); }))",
                places,
            )
        )
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(40)
    assert len(seen) == 1


def test_what_colours_the_tokens_is_said_in_full(visit):
    page = visit()
    for attention in ("encoder", "decoder", "cross"):
        press(page, attention)
        labels = page.locator(".s2s-row:not(.s2s-row-pinned) .s2s-label")
        expect(labels.filter(has_text="colour: attention")).to_have_count(1)
        for label in labels.all():
            assert label.evaluate("box => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight")


def test_the_cache_grows_by_a_column_with_every_step(visit):
    page = visit("?source=3+mars+2001&step=4&section=cache", width=1280, height=720)
    own, sentence = page.locator("[data-panel='own'] canvas").last, page.get_by_test_id("stMarkdown")
    before = own.bounding_box()["width"]
    press(page, "Step")
    expect(sentence.filter(has_text="Step 5 reads one new token")).to_be_visible()
    page.wait_for_function(f"() => {WIDTH_OF_CACHE} > {before}")
    page.locator("[data-testid=stMain]").get_by_text("Recompute everything").click()
    expect(page.get_by_text("The logits are equal")).to_be_visible()
    expect(page).to_have_url(re.compile("recompute=on"))
