"""How soon a visitor's model has learnt, and what that costs another visitor: `python -m tests.benchmarks.lab`.

In real Chromium, with the pages live: the seconds from the click on Train until the page shows that 99 % of held-out
strings are reversed right, and whether it still does at the end; then the median click → painted of a third visitor
who steps through a decode, alone and while two others train, as a ratio within the same run. Nothing is asserted: this
prints what it found.
"""

import argparse
import os
import re
import statistics
import tempfile
import time

from playwright.sync_api import Browser, Page, expect

from tests.benchmarks.page import MEASURE
from tests.browser.harness import chromium, serve, settled

WANTED = 99.0
PATIENCE = 300.0
BUDGET_SECONDS, BUDGET_RATIO = 45, 2.5
SHOWN = re.compile(r"([\d.]+) ?% of (?:[\d,]+ )?held-out")
SWITCH = "Causal mask"
LONG = "&steps=20000"


def visitor(browser: Browser, address: str, query: str) -> Page:
    """Open a page as somebody who was never here."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{address}/{query}")
    return page


def train(page: Page) -> float:
    """Press Train, as soon as one can, and return when that was."""
    button = page.get_by_role("button", name="Train", exact=True)
    expect(button).to_be_enabled(timeout=PATIENCE * 1000)
    page.wait_for_load_state("networkidle")
    button.click()
    return time.perf_counter()


def learnt(page: Page) -> dict[str, float | None]:
    """Train one model; return the seconds to the first value on screen, to 99 % and to the end, and the last value."""
    began = train(page)
    found: dict[str, float | None] = {"first value": None, "99 %": None, "last value": None}
    line = page.get_by_test_id("stProgress")
    said = ""
    while "finished" not in said and time.perf_counter() - began < PATIENCE:
        said = line.inner_text() if line.count() else ""
        if (share := SHOWN.search(said)) is not None:
            now = time.perf_counter() - began
            found["last value"] = float(share[1])
            found["first value"] = found["first value"] or now
            if float(share[1]) >= WANTED:
                found["99 %"] = found["99 %"] or now
        time.sleep(0.05)
    return found | {"end": time.perf_counter() - began}


def stepping(page: Page, rounds: int) -> dict[str, list[float]]:
    """Step on and switch a mask, which asks the server, in turn; return the times from click to paint."""
    found: dict[str, list[float]] = {"Step": [], SWITCH: []}
    for number in range(rounds):
        if number % 8 == 0:
            page.get_by_role("button", name="Reset", exact=True).click()
        page.wait_for_timeout(400)
        for kind, label in (("step", "Step"), ("switch", SWITCH)):
            found[label].append(page.evaluate(MEASURE, [kind, label])["painted"])
    return found


def seconds(number: float | None) -> str:
    """Write a time, or that it never came."""
    return "  never" if number is None else f"{number:5.1f} s"


def report_learnt(browser: Browser, address: str, seeds: int, query: str) -> None:
    """Train with several seeds, each as another visitor, and print how soon each had learnt."""
    print(f"Reverse, default preset, the page live: click on Train → held-out ≥ {WANTED:g} % (≤ {BUDGET_SECONDS} s)")
    for seed in range(1, seeds + 1):
        page = visitor(browser, address, f"training_lab?seed={seed}{query}")
        found = learnt(page)
        page.context.close()
        print(
            f"  seed {seed}: first value {seconds(found['first value'])}, ≥ {WANTED:g} % {seconds(found['99 %'])}, "
            f"end {seconds(found['end'])} with {found['last value']} %", flush=True,
        )  # fmt: skip


def report_third(browser: Browser, address: str, rounds: int) -> None:
    """Let a third visitor step alone, then while two train, and print what that costs."""
    third = visitor(browser, address, "")
    settled(third)
    stepping(third, 2)
    alone = stepping(third, rounds)
    others = [visitor(browser, address, f"training_lab?seed={seed}{LONG}") for seed in (1, 2)]
    for page in others:
        train(page)
    for page in others:
        expect(page.get_by_test_id("stProgress")).to_contain_text(
            re.compile(r"running · step [1-9]"), timeout=PATIENCE * 1000
        )
    crowded = stepping(third, rounds)
    for page in others:
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_test_id("stProgress")).to_contain_text("stopped", timeout=PATIENCE * 1000)
        page.context.close()
    third.context.close()
    print(f"A third visitor's click → painted on Decode, {rounds} rounds: alone → while two train (≤ {BUDGET_RATIO}×)")
    for name in alone:
        before, during = statistics.median(alone[name]), statistics.median(crowded[name])
        print(f"  {name:12} {before:5.0f} ms → {during:5.0f} ms   {during / before:5.2f}×")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lab", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--query", default="", help="more choices, as in the address: &batch=800")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}")
    with (
        tempfile.TemporaryDirectory() as runs,
        serve(SEQ2SEE_RUNS=runs) as address,
        chromium() as browser,
    ):
        report_learnt(browser, address, options.seeds, options.query)
        report_third(browser, address, options.rounds)


if __name__ == "__main__":
    main()
