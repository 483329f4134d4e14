"""What a page is saved as, opened again: pictures, tables, the run, and the page without its server."""

import csv
import io
import json
import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core import load
from core.trace import Trace
from tests.browser.conftest import Tabs
from tests.browser.harness import at_rest

SVG = "{http://www.w3.org/2000/svg}"
DATE = "3 mars 2001"
RUN = f"decode?source={DATE}&step=6&layer=1&head=2&attention=cross"


def saved(page: Page, kind: str, menu: str = ".s2s-save-row >> nth=0") -> tuple[str, bytes]:
    """Press what saves a view, or the page, and return the file with its name."""
    row = page.locator(menu)
    if not row.locator(f"[data-kind={kind}]").is_visible():
        row.locator(".s2s-save-open, .s2s-save-page").click()
    with page.expect_download() as download:
        row.locator(f"[data-kind={kind}]").click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def whole(page: Page, kind: str) -> tuple[str, bytes]:
    return saved(page, kind, ".s2s-save")


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def texts(content: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(content).iter(f"{SVG}text")]


def run_of_dates() -> Trace:
    return load("dates").trace(DATE, pads=3)


def test_a_picture_is_text_and_lines_with_a_caption(visit) -> None:
    page = visit(RUN)
    name, content = saved(page, "svg")
    assert name == "decode-dates.svg"
    found = texts(content)
    for text in ("source", "⟨BEGIN⟩", "Cross-attention · layer 1 · head 2", "entropy 0.003 nats", "causal mask", "m"):
        assert text in found
    # The text of the caption is broken where the picture ends.
    assert "Decode · Dates → ISO" in found
    assert f"Source “{DATE}” · Layer: 1 · Head: 2 · Step: 6" in found
    assert page.url in "".join(found)
    shown = page.locator(".s2s-wall h4").all_inner_texts()
    assert shown and set(shown) <= set(found)
    drawing = ElementTree.fromstring(content)
    assert len(list(drawing.iter(f"{SVG}path"))) > 10
    assert "Step" not in found, "controls are no part of the picture"


def test_a_picture_of_pixels_has_two_for_one(visit) -> None:
    page = visit(RUN, width=1280, height=720)
    drawing = ElementTree.fromstring(saved(page, "svg")[1])
    name, content = saved(page, "png")
    assert name == "decode-dates.png"
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.size == (2 * int(drawing.get("width")), 2 * int(drawing.get("height")))
    view = page.locator(".s2s-view").bounding_box()
    assert math.isclose(image.width / 2, view["width"] + 24, abs_tol=2)
    assert len(image.getcolors(image.width * image.height)) > 200
    # A map lies in it as it does on the screen: the largest weights of the wall are dark.
    assert min(map(sum, (color for _, color in image.getcolors(image.width * image.height)))) < 150


def test_a_table_has_the_numbers_of_the_run(visit) -> None:
    name, content = saved(visit(RUN), "csv")
    assert name == "decode-dates.csv"
    trace, rows = run_of_dates(), table(content)
    weights = {
        (row["part"], int(row["layer"]), int(row["head"]), int(row["row"]), int(row["column"])): row
        for row in rows
        if row["layer"]
    }
    cross = trace.cross_weights(6)
    assert weights["cross", 1, 2, 6, 5]["query"] == "- → 0"
    assert weights["cross", 1, 2, 6, 5]["key"] == "r"
    for layer, head, row, column in np.ndindex(*cross.shape):
        cell = weights["cross", layer + 1, head + 1, row + 1, column + 1]
        if trace.cross_cells()[row, column]:
            assert (cell["value"], cell["masked"]) == ("", "padding")
        else:
            assert np.float32(cell["value"]) == pytest.approx(float(cross[layer, head, row, column]), abs=1e-7)
    assert len([key for key in weights if key[0] == "self"]) == 3 * 4 * 6 * 6
    following = [row for row in rows if row["part"] == "next_token"]
    assert following[0]["key"] == "0"
    assert float(following[0]["value"]) == pytest.approx(trace.steps[5].probability, abs=1e-6)


def test_the_run_is_saved_as_it_is(visit) -> None:
    page, trace = visit(RUN), run_of_dates()
    name, content = whole(page, "json")
    assert name == "decode-dates-trace.json"
    found = json.loads(content)
    assert (found["text"], "".join(found["written_tokens"])) == (DATE, "2001-03-03⟨END⟩")
    name, content = whole(page, "npz")
    assert name == "decode-dates-trace.npz"
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        for kind, weights in (("encoder", trace.encoder_weights), ("cross", trace.cross_weights())):
            np.testing.assert_allclose(arrays[f"{kind}_weights"], weights.numpy(), atol=1e-7)
            np.testing.assert_array_equal(np.array(found[f"{kind}_weights"], np.float32), arrays[f"{kind}_weights"])


def test_a_key_opens_the_menu_of_the_view(visit) -> None:
    page = visit(RUN)
    page.locator("[data-testid=stMain] h3").first.click()
    page.keyboard.press("s")
    expect(page.locator(".s2s-save-row [data-kind=png]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".s2s-save-row [data-kind=png]")).not_to_be_visible()
    page.get_by_role("textbox", name="Source").click()
    page.keyboard.type("s")
    expect(page.locator(".s2s-save-row [data-kind=png]")).not_to_be_visible()


@pytest.mark.parametrize(
    ("where", "expected"),
    (
        ("", ("Encoder", "self-attention", "14×128")),
        ("search", ("⟨BEGIN⟩", "Outcomes", "AE")),
        ("heads", ("Head 1", "⟨BEGIN⟩ → 2", "padding mask")),
        ("self_attention", ("Mia", "who", "65.71", "output of her")),
        ("masks", ("⟨BEGIN⟩",)),
        ("teacher_forcing", ("reference",)),
        ("non_autoregressive", ("pass",)),
        ("block?show=skip", ("LayerNorm",)),
    ),
)
def test_every_kind_of_view_is_saved(visit, where: str, expected: tuple[str, ...]) -> None:
    page = visit(where or "/")
    _, content = saved(page, "svg")
    found = " | ".join(texts(content)).lower()
    for text in expected:
        assert text.lower() in found, found[:2000]
    _, content = saved(page, "csv")
    assert len(table(content)) > 3
    _, content = saved(page, "png")
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert len(image.getcolors(image.width * image.height)) > 20


def test_a_chart_is_saved_with_its_numbers(visit) -> None:
    page = visit("position?show=encoding")
    menu = "[data-testid=stElementContainer]:has([data-testid=stPlotlyChart]) > .s2s-save-row >> nth=0"
    found = texts(saved(page, "svg", menu)[1])
    assert {"position p", "dimension 10", "Position · Dates → ISO"} <= set(found)
    rows = table(saved(page, "csv", menu)[1])
    drawn = page.evaluate("[...document.querySelector('.js-plotly-plot')._fullData[0].y].map(Number)")
    curve = [float(row["y"]) for row in rows if row["trace"] == "dimension 10"]
    np.testing.assert_allclose(curve[: len(drawn)], drawn, atol=1e-8)


def opened_offline(browser: Tabs, content: bytes, folder: Path) -> Page:
    """Open a page that was saved, in a browser that reaches nothing; it asks for nothing, and nothing fails in it."""
    (folder / "page.html").write_bytes(content)
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720})
    context.set_default_timeout(60_000)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or wrong.append(request.url))
    page.goto((folder / "page.html").as_uri())
    page.wait_for_selector("[data-painted]")
    page.wrong = wrong
    return page


NUMBERS = "selector => document.querySelector(selector).mounted.table().rows"


def test_decode_goes_on_without_a_server(visit, browser: Tabs, tmp_path: Path) -> None:
    page = visit(RUN)
    name, content = whole(page, "html")
    assert name == "decode-dates.html"
    offline = opened_offline(browser, content, tmp_path)
    view = offline.locator(".s2s-view")
    expect(view).to_have_attribute("data-step", "6")
    assert offline.evaluate(NUMBERS, ".s2s-view") == page.evaluate(NUMBERS, ".s2s-view")
    offline.get_by_role("button", name="Step", exact=True).click()
    expect(view).to_have_attribute("data-step", "7")
    offline.keyboard.press("]")
    expect(view).to_have_attribute("data-head", "2")
    offline.locator(".s2s-maps canvas[aria-hidden]").nth(2).hover(position={"x": 30, "y": 30})
    expect(offline.locator(".s2s-wall .s2s-readout")).to_contain_text("head 1")
    offline.locator(".s2s-maps canvas[aria-hidden]").nth(2).click(position={"x": 200, "y": 100})
    assert view.get_attribute("data-layer") != "0"
    assert offline.locator("[data-role=candidate]:not([aria-disabled=true]):not([data-empty])").count() == 0
    assert not offline.wrong


def test_cross_attention_looks_at_other_steps_and_heads_without_a_server(visit, browser: Tabs, tmp_path: Path) -> None:
    page = visit(f"cross_attention?source={DATE}&step=6&layer=1&head=1")
    offline = opened_offline(browser, whole(page, "html")[1], tmp_path)
    assert offline.evaluate(NUMBERS, ".s2s-board") == page.evaluate(NUMBERS, ".s2s-board")
    for control, place in (("cross_step", 2), ("head", 3), ("layer", 1)):
        offline.locator(f"[data-control={control}]").nth(place).click()
    other = visit(f"cross_attention?source={DATE}&step=3&layer=2&head=4")
    at_rest(other)
    assert offline.evaluate(NUMBERS, ".s2s-board") == other.evaluate(NUMBERS, ".s2s-board")
    assert not offline.wrong


@pytest.mark.parametrize("where", ("heads", "self_attention?show=model", "search"))
def test_other_pages_can_be_looked_at_without_a_server(visit, browser: Tabs, tmp_path: Path, where: str) -> None:
    page = visit(where)
    offline = opened_offline(browser, whole(page, "html")[1], tmp_path)
    first = ".s2s-save-row"  # which the page has below its views, and a file has not
    assert offline.locator(first).count() == 0
    selector = page.evaluate("'.' + document.querySelector('[data-savable]').className.split(' ')[0]")
    assert offline.evaluate(NUMBERS, selector) == page.evaluate(NUMBERS, selector)
    for button in offline.locator("[data-online]").all():
        expect(button).not_to_be_visible()
    assert not offline.wrong


def test_the_tables_of_a_page_are_saved_as_they_stand_there(visit) -> None:
    """A formula in a cell as it was typeset; a page without a table does not offer it."""
    page = visit("cross_attention?source=3+mars+2001&step=3")
    name, content = saved(page, "tables", ".s2s-save")
    assert name == "cross-attention-dates-tables.csv"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    first = page.locator("[data-testid=stMain] table").first
    assert rows[0] == first.locator("th").all_inner_texts()
    assert any("W^K" in cell for row in rows for cell in row) and not any("\n" in cell for row in rows for cell in row)
    shown = [text for text in first.locator("td:nth-child(2)").all_inner_texts()]
    assert [row[1] for row in rows[1 : 1 + len(shown)]] == shown
    bare = visit("/")
    bare.locator(".s2s-save-page").click()
    expect(bare.locator(".s2s-save [data-kind=tables]")).to_be_hidden()
