"""What a computation over a test set costs another visitor, and how soon it stops: `python -m tests.benchmarks.jobs`.

In real Chromium: the median click → painted of a visitor who steps through a decode, alone and while another one
measures every head of the model over test examples, as a ratio within the same run. Nothing is asserted: this prints
what it found.
"""

import argparse
import os
import statistics
import time

from playwright.sync_api import Browser, expect

from pages.shared.text import t
from tests.benchmarks.lab import stepping, visitor
from tests.browser.harness import chromium, serve, settled

MEASURING = "heads?model=dates&section=measured"
PATIENCE = 60_000


def report(browser: Browser, address: str, rounds: int) -> None:
    """Let a visitor step alone, then while another one measures, and print what that costs."""
    stepper = visitor(browser, address, "")
    settled(stepper)
    stepping(stepper, 2)
    alone = stepping(stepper, rounds)
    measurer = visitor(browser, address, MEASURING)
    measurer.get_by_role("button", name=t("control.measure_heads"), exact=True).click()
    expect(measurer.get_by_test_id("stProgress")).to_be_visible(timeout=PATIENCE)
    crowded = stepping(stepper, rounds)
    stop = measurer.get_by_role("button", name=t("job.stop"), exact=True)
    said = "it had ended before the last click"
    if stop.is_visible():
        began = time.perf_counter()
        stop.click()
        expect(measurer.get_by_test_id("stProgress")).to_be_hidden(timeout=PATIENCE)
        said = f"Stop → stopped {time.perf_counter() - began:.1f} s"
    print(f"Click → painted on Decode, {rounds} rounds: alone → while another visitor measures every head")
    for name in alone:
        before, during = statistics.median(alone[name]), statistics.median(crowded[name])
        print(f"  {name:12} {before:5.0f} ms → {during:5.0f} ms   {during / before:5.2f}×")
    print(f"  {said}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.jobs", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}")
    with serve() as address, chromium() as browser:
        report(browser, address, options.rounds)


if __name__ == "__main__":
    main()
