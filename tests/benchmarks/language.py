"""How soon another language is there, against a change to the same page in the same minute.

    python -m tests.benchmarks.language

In real Chromium, on each page: press the other language, go to another page by the menu, and come back. Of a press of a
language and of the way back, it is noted when the page's title was another, and when all was still. Rounds are
interleaved; ratios are of medians. Nothing is asserted: this prints what it found.
"""

import argparse
import statistics

from playwright.sync_api import Locator, Page

from tests.browser.harness import at_rest, chromium, serve

PAGES = "", "decode", "search", "heads", "masks", "block", "cross_attention", "evidence"
ELSEWHERE = "questions"
# Notes when the pointer went down, when the title became another one, and when all had been still for half a second.
WATCH = """() => {
  const title = () => document.querySelector('[data-testid=stMain] h3')?.textContent;
  const quiet = '[data-testid=stStatusWidget], [data-testid=stToolbar], .st-key-ahead-view'; // the last is never seen
  const hidden = ({ target }) => (target.closest ? target : target.parentElement)?.closest(quiet);
  const before = title();
  let start = 0, titled = 0, last = 0;
  addEventListener('pointerdown', () => (start ||= performance.now()), { capture: true, once: true });
  const observer = new MutationObserver((changes) => {
    if (!start || changes.every(hidden)) return;
    last = performance.now();
    if (title() && title() !== before) titled ||= last;
  });
  observer.observe(document.body, {
    subtree: true, childList: true, characterData: true,
    attributeFilter: ['data-painted', 'data-drawn', 'style', 'class'],
  });
  window.benched = (async () => {
    do await new Promise((r) => setTimeout(r, 100)); while (!titled || performance.now() - last < 500);
    observer.disconnect();
    return { titled: titled - start, settled: last - start };
  })();
}"""


def pressed(page: Page, target: Locator) -> dict[str, float]:
    """Press something that changes the page's title; return when it did and when all was still, in milliseconds."""
    page.evaluate(WATCH)
    target.click()
    return page.evaluate("window.benched")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.language", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--pages", nargs="*", default=PAGES)
    options = parser.parse_args()
    with serve() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(240_000)

        def link(name: str) -> Locator:
            return page.locator(f"[data-testid=stSidebarNavLink][href$='/{name}']")

        for name in options.pages:
            page.goto(f"{address}/{name}")
            page.wait_for_selector("h3")
            at_rest(page)
            switches, changes = [], []
            for turn in range(options.rounds + 2):
                other = page.locator(".st-key-language-place").get_by_role("radio").nth((turn + 1) % 2)
                switches.append(pressed(page, other))
                pressed(page, link(ELSEWHERE))
                changes.append(pressed(page, link(name)))
            told = []
            for what in ("titled", "settled"):
                # The first round of each language reads the catalogue, and the page's modules.
                one, all_else = (statistics.median(each[what] for each in found[2:]) for found in (switches, changes))
                told.append(f"{what} {one:5.0f} and {all_else:5.0f} ms: {one / all_else:4.2f}×")
            print(f"  {name or 'whole_model':16} {'   '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
