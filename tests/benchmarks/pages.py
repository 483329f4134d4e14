"""How soon each page answers its own control: `python -m tests.benchmarks.pages`.

In real Chromium, with the models that ship, click → painted and → settled, against an empty fragment rerun of the same
app in the same minute. Rounds are interleaved; ratios are of medians. Nothing is asserted: this prints what it found.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.benchmarks.page import with_fragment
from tests.browser.harness import chromium, serve

# Notes when the pointer went down, when a board's revision or the counter changed, and when all was still.
WATCH = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const counter = () => all('[data-testid=stText]').map((e) => e.textContent).find((text) => text.startsWith('reruns'));
  const told = () => all('[data-rev]').map((e) => e.dataset.rev).join(); // once it is painted
  const drawn = () => all('[data-drawn]').map((e) => e.dataset.drawn).join() + counter(); // before it is
  const quiet = '[data-testid=stStatusWidget], [data-testid=stToolbar], .st-key-ahead-view'; // the last is never seen
  const hidden = ({ target }) => (target.closest ? target : target.parentElement)?.closest(quiet);
  const before = [told(), drawn()];
  let start = 0, painted = 0, last = 0;
  addEventListener('pointerdown', () => (start ||= performance.now()), { capture: true, once: true });
  const observer = new MutationObserver((changes) => {
    if (changes.every(hidden)) return;
    last = performance.now();
    if (painted || !start) return;
    if (told() !== before[0]) painted = last;
    else if (drawn() !== before[1]) requestAnimationFrame(() => setTimeout(() => (painted ||= performance.now())));
  });
  observer.observe(document.body, {
    subtree: true, childList: true, characterData: true,
    attributeFilter: ['data-rev', 'data-drawn', 'style', 'class', 'value', 'd'],
  });
  window.benched = (async () => {
    const since = (when) => performance.now() - when;
    const waiting = () => !start || (!painted && since(start) < 10000) || since(last) < 500;
    do await new Promise((r) => setTimeout(r, 100)); while (waiting());
    observer.disconnect();
    return { painted: painted - start, settled: last - start };
  })();
}"""


def options(group: str, *places: int) -> Callable[[Page, int], Locator]:
    """Choose some of the options of a group in turn."""
    return lambda page, turn: (
        page.get_by_role("radiogroup", name=group).get_by_role("radio").nth(places[turn % len(places)])
    )


def buttons(*names: str) -> Callable[[Page, int], Locator]:
    """Press some buttons in turn."""
    return lambda page, turn: page.get_by_role("button", name=names[turn % len(names)], exact=True)


def places(selector: str, count: int) -> Callable[[Page, int], Locator]:
    """Press one of the elements that a selector finds, another one each time."""
    return lambda page, turn: page.locator(selector).nth(turn % count)


def switch(name: str) -> Callable[[Page, int], Locator]:
    """Turn a switch of the sidebar off, and on again."""
    return lambda page, turn: page.locator("[data-testid=stCheckbox]", has_text=name).locator("label").first


# A page, what must be there, and what is pressed.
CONTROLS: dict[str, tuple[str, str, Callable[[Page, int], Locator]]] = {
    "Whole model: a step": ("?step=3", ".s2s-whole[data-painted]", buttons("Step", "Back")),
    "Whole model: a switch": ("?step=3", ".s2s-whole[data-painted]", switch("Positional enc.")),
    "Self-attention: normaliser": ("self_attention", ".s2s-board canvas", options("Normaliser", 1, 0)),
    "Heads: silence a head": ("heads", "[data-silence]", places("[data-silence]", 3)),
    "Heads: a switch": ("heads", "[data-silence]", switch("Positional enc.")),
    "Position: another order": ("position?show=shuffle", ".s2s-board canvas", buttons("Shuffle")),
    "Position: a switch": ("position?show=shuffle", ".s2s-board canvas", switch("Positional enc.")),
    "Masks: encoder, decoder": ("masks?show=draw", ".s2s-board canvas", options("Attention", 0, 1)),
    "Masks: a pattern": ("masks?show=draw", ".s2s-board canvas", buttons("Only the past", "Clear")),
    "Block: another token": ("block", ".s2s-board canvas", options("Token", 1, 2)),
    "Block, LayerNorm: another token": ("block?aspect=norm", ".s2s-board canvas", options("Token", 1, 2)),
    "Cross-attention: a step": ("cross_attention", ".s2s-board canvas", buttons("Step", "Back")),
    "Cross-attention, alignment": ("cross_attention?show=alignment", ".s2s-board canvas", buttons("Step", "Back")),
    "Cross-attention, explanation": ("cross_attention?show=explanation", ".s2s-board canvas", buttons("Step", "Back")),
    "Non-autoregressive: passes": ("non_autoregressive", ".s2s-passes", options("Passes", 1, 2)),
    "Guided attention: the guide": ("guided_attention?show=penalty", ".s2s-board canvas", options("Guide", 1, 0)),
}


ASIDE = 700, 5  # where the pointer goes after a press, or the help of what it rests on would open half a second later


def pressed(page: Page, target: Locator) -> dict[str, float]:
    """Press something and return when the change was painted and when all was still, in milliseconds."""
    page.evaluate(WATCH)
    target.click()
    page.mouse.move(*ASIDE)
    return page.evaluate("window.benched")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as temporary,
        serve(with_fragment(Path(temporary))) as address,
        chromium() as browser,
    ):
        for what, (name, ready, control) in CONTROLS.items():
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(f"{address}/{name}")
            page.wait_for_selector(ready)
            page.wait_for_timeout(2500)
            floor, found = [], []
            for turn in range(options.rounds):
                floor.append(pressed(page, page.get_by_role("button", name="empty rerun")))
                found.append(pressed(page, control(page, turn)))
            page.close()
            least = statistics.median(each["painted"] for each in floor)
            ratios = {key: statistics.median(each[key] for each in found) / least for key in ("painted", "settled")}
            print(f"  {what:32} painted {ratios['painted']:5.2f}×   settled {ratios['settled']:5.2f}×", flush=True)


if __name__ == "__main__":
    main()
