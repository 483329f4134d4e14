"""From the first page, every topic of the lecture is at most two clicks away: `-s` prints the table."""

import pytest
from playwright.sync_api import Page, expect

from pages.shared.text import t
from tests.browser import harness

# Topic of the lecture, and what is clicked: a page in the menu, then one of its options or sections.
TOPICS: dict[str, tuple[str, ...]] = {
    "a sequence in, a sequence out: BEGIN, END, token by token": ("menu.decode",),
    "self-attention: q, k, v": ("menu.self_attention",),
    "scores: scaled dot product, dot product, additive": ("menu.self_attention", "hand.score_additive"),
    "normalisers: softmax, ReLU, others": ("menu.self_attention", "hand.normalizer_relu"),
    "matrix form": ("menu.self_attention", "hand.show_matrices"),
    "several heads": ("menu.heads",),
    "positional encoding: sinusoidal, learned": ("menu.position",),
    "the block: residual, LayerNorm, feed-forward": ("menu.block",),
    "variants of the block": ("menu.block", "section.evidence"),
    "masked attention": ("menu.masks",),
    "non-autoregressive decoder: length classifier, cut at END": ("menu.non_autoregressive",),
    "cross-attention": ("menu.cross_attention",),
    "other wirings": ("menu.cross_attention", "cross.show_wirings"),
    "teacher forcing, exposure bias": ("menu.teacher_forcing",),
    "scheduled sampling": ("menu.teacher_forcing", "section.schedule"),
    "beam search": ("menu.search",),
    "guided attention": ("menu.guided_attention",),
    "reinforcement learning": ("menu.reinforcement_learning",),
}


def click(page: Page, key: str) -> None:
    """Click what a string of the catalogue names: an entry of the menu, or an option."""
    if key.startswith("menu."):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=t(key), exact=True).click()
        title = t(f"{key.removeprefix('menu.')}.title")
        expect(page.get_by_role("heading", level=3)).to_contain_text(title)
    else:
        option = page.get_by_role("radio", name=t(key), exact=True)
        option.click()
        expect(option).to_be_checked()
    harness.at_rest(page)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_two_clicks_away(topic, topics_page):
    clicks = TOPICS[topic]
    assert len(clicks) <= 2
    topics_page.get_by_test_id("stSidebarNav").get_by_role("link", name=t("menu.whole_model"), exact=True).click()
    expect(topics_page.get_by_role("heading", level=3)).to_contain_text(t("whole_model.title"))
    for key in clicks:
        click(topics_page, key)
    expect(topics_page.get_by_test_id("stException")).to_have_count(0)
    main = topics_page.get_by_test_id("stMain")
    expect(main.locator("canvas:visible, svg:visible, table:visible").first).to_be_visible()
    print(f"\n{topic} | {len(clicks)} | {' → '.join(map(t, clicks))}", end="")


@pytest.fixture(scope="module")
def topics_page(browser, address):
    """Open the first page once: each topic begins there, by the menu."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.goto(address)
    harness.settled(page)
    yield page
    page.close()
