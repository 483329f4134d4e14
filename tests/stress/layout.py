"""The walk of tests/browser/test_layout.py through all pages, views and sections, all views at every size.

python -m tests.stress.layout --language zh  # or en
"""

import argparse

from playwright.sync_api import expect

from core.screen.texts import speaking
from tests.app_pages import PAGES
from tests.browser import harness
from tests.browser.test_layout import FAULTS, SIZES, faults_of_page

PATIENCE = 240_000  # ms: a long walk may share its machine


def main() -> None:
    """Read what was asked for, and print the faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="zh")
    parser.add_argument("--pages", nargs="*", default=PAGES)
    options = parser.parse_args()
    expect.set_options(timeout=PATIENCE)
    broken = False
    with harness.serve() as address, harness.chromium() as browser, speaking(options.language):
        context = browser.new_context(locale=options.language)
        context.add_init_script(FAULTS)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        for name in options.pages:
            found = faults_of_page(page, address, name, SIZES)
            broken |= bool(found)
            print(name, *(found or ["all can be read"]), sep="\n  ", flush=True)
    raise SystemExit(broken)


if __name__ == "__main__":
    main()
