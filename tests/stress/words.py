"""A walk through all pages, views, sections, lessons, questions and bugs in another language: is any English left?

    python -m tests.stress.words --language zh

All that is written, drawn into canvases and charts, or said to whoever points at something is read; what has three
words of Latin letters in a row is printed with the place that showed it. Code, names and tokens are in no language.
"""

import argparse
from collections.abc import Iterator
from urllib.parse import quote

from playwright.sync_api import Page, expect

from core.analysis.bugs.famous import BUGS
from core.screen.texts import speaking
from pages.bugs.entries import entry
from pages.lessons.lessons import lessons
from pages.questions.entries import entries
from tests.app_pages import PAGES
from tests.browser import harness
from tests.browser.test_language import WORDS, english_words
from tests.browser.test_layout import FAULTS, LARGE, OPEN_ALL, other_views, resize, sections, to, unmoved

POPOVERS = "[data-testid=stMain] [data-testid=stPopover] button"
MODELS = "spelling", "sentences", "small", "small-all-at-once"
MOST_POINTS = 60
PATIENCE = 240_000  # ms: a long walk may share its machine


def opened(page: Page) -> None:
    """Open all that is folded up."""
    page.evaluate(OPEN_ALL)
    unmoved(page)


def pointed(page: Page) -> set[str]:
    """Point at what explains itself, one after the other, and return what was said."""
    found: set[str] = set()
    places = page.evaluate("pointedAt()")
    main = page.get_by_test_id("stMain")
    for x, y in places[:: max(1, len(places) // MOST_POINTS)]:
        scrolled = main.evaluate("(main, y) => { main.scrollTop = y - 500; return main.scrollTop; }", y)
        page.mouse.move(x, y - scrolled)
        page.wait_for_timeout(120)
        found |= english_words(page)
    page.mouse.move(5, 5)
    return found


def seen(page: Page) -> set[str]:
    """Return the English words of a page as it stands, with all that is folded up and all that pointing tells."""
    opened(page)
    found = english_words(page) | pointed(page)
    for place in range(page.locator(POPOVERS).count()):
        page.locator(POPOVERS).nth(place).click()
        page.wait_for_timeout(400)
        found |= english_words(page)
        page.keyboard.press("Escape")
    return found


def walk(page: Page, address: str, name: str) -> Iterator[tuple[str, set[str]]]:
    """Go through a page's views, the sections of each, and its view with other models; yield what each shows."""
    to(page, address, name)
    yield "", seen(page)
    for section in sections(page):
        yield section, seen(page)
    for show in other_views(page, name):
        yield show, seen(page)
        for section in sections(page):
            yield f"{show}, {section}", seen(page)


def addresses(kind: str) -> Iterator[str]:
    """Yield the queries that open each lesson, question, bug, or each page with another model."""
    if kind == "lessons":
        yield from (f"?lesson={number}" for number in lessons())
    elif kind == "questions":
        yield from (f"questions?q={quote(each.name)}" for each in entries())
    elif kind == "bugs":
        yield from (f"bugs?bug={bug}&cause={entry(bug).right}" for bug in BUGS)
    else:
        yield from (f"{name}?model={model}&step=2" for name in PAGES for model in MODELS)


def main() -> None:
    """Read what was asked for, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="zh")
    parser.add_argument("--pages", nargs="*", default=PAGES)
    parser.add_argument("--kinds", nargs="*", default=["lessons", "questions", "bugs", "models"])
    options = parser.parse_args()
    expect.set_options(timeout=PATIENCE)
    found: dict[str, str] = {}
    count = 0
    with harness.serve() as address, harness.chromium() as browser, speaking(options.language):
        context = browser.new_context(locale=options.language)
        for script in (FAULTS, WORDS):
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)

        def note(place: str, texts: set[str]) -> None:
            nonlocal count
            count += 1
            new = sorted(" ".join(text.split())[:200] for text in texts - found.keys())
            found.update(dict.fromkeys(texts, place))
            print(place, *new, sep="\n  ", flush=True)

        for name in options.pages:
            for place, texts in walk(page, address, name):
                note(f"{name} {place}", texts)
        for kind in options.kinds:
            for query in addresses(kind):
                resize(page, LARGE)
                page.goto(f"{address}/{query}")
                page.wait_for_selector("h3")
                unmoved(page)
                note(query, seen(page))
    print(f"{count} places, {len(found)} texts with three English words in a row")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
