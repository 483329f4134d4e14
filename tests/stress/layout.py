"""The walk of tests/browser/test_layout.py through all pages, views and sections, in another language.

python -m tests.stress.layout --language zh
"""

import argparse
import re

from playwright.sync_api import Page, expect

from pages.shared.language import speaking
from pages.shared.text import t
from tests.app_pages import PAGES
from tests.browser import harness
from tests.browser.test_layout import (
    FAULTS,
    OPEN_ALL,
    SIZES_OF_SECTIONS,
    VIEWS,
    faults_at_every_size,
    faults_of_sections,
    to,
    unmoved,
)


def faults_of(page: Page, address: str, name: str) -> list[str]:
    """Return the faults of a page, all its views and its sections."""
    to(page, address, name)
    page.evaluate(OPEN_ALL)
    found = faults_at_every_size(page) + faults_of_sections(page)
    of, *others = VIEWS.get(name, ("",))
    for show in others:
        page.get_by_test_id("stMain").get_by_role("radio", name=t(f"{of}_{show}"), exact=True).click()
        expect(page).to_have_url(re.compile(rf"\b(show|aspect)={show}\b"))
        unmoved(page)
        found += [f"{show}, {fault}" for fault in faults_at_every_size(page, SIZES_OF_SECTIONS)]
    return found


def main() -> None:
    """Read what was asked for, and print the faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="zh")
    parser.add_argument("--pages", nargs="*", default=PAGES)
    options = parser.parse_args()
    broken = False
    with harness.serve() as address, harness.chromium() as browser, speaking(options.language):
        context = browser.new_context(locale=options.language)
        context.add_init_script(FAULTS)
        page = context.new_page()
        page.set_default_timeout(60_000)
        for name in options.pages:
            found = faults_of(page, address, name)
            broken |= bool(found)
            print(name, *(found or ["all can be read"]), sep="\n  ", flush=True)
    raise SystemExit(broken)


if __name__ == "__main__":
    main()
