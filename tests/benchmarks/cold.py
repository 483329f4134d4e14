"""How soon a cold start shows something: `python -m tests.benchmarks.cold`.

From starting the server's process and a fresh browser profile to the first text, the first heads and the first
answered click, against an empty Streamlit app, in turn. Ratios are of medians. Nothing is asserted: this prints what
it found.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Error

from tests.browser.harness import ROOT, answers, chromium, serve

EMPTY = 'import streamlit as st\nst.set_page_config(layout="wide")\nst.markdown("### Decode")\n'


def visit(browser: Browser, app: Path, whole: bool) -> dict[str, float]:
    """Start an app, open it in a new profile, and return the seconds to each milestone."""
    began = time.perf_counter()
    found = {}
    with serve(app, wait=False) as address:
        while not answers(address):
            time.sleep(0.02)
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        page = context.new_page()
        try:
            page.goto(address)
            page.get_by_role("heading", name="Decode").wait_for()
            found["first text"] = time.perf_counter() - began
            if whole:
                page.wait_for_selector(".s2s-view[data-painted]")
                found["first heads"] = time.perf_counter() - began
                step = page.locator(".s2s-view").get_attribute("data-step")
                page.get_by_role("button", name="Step", exact=True).click()
                page.wait_for_selector(f".s2s-view:not([data-step='{step}'])")
                found["first answered click"] = time.perf_counter() - began
        except Error as error:
            raise SystemExit(f"the page did not come up: {error}") from error
        finally:
            context.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cold", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as temporary, chromium() as browser:
        empty = Path(temporary) / "app.py"
        empty.write_text(EMPTY)
        shutil.copytree(ROOT / ".streamlit", Path(temporary) / ".streamlit")
        for number in range(options.rounds + 1):
            for name, app, whole in (("empty app", empty, False), ("seq2see", ROOT / "app.py", True)):
                for milestone, seconds in visit(browser, app, whole).items():
                    if number:
                        found.setdefault(f"{name}, {milestone}", []).append(seconds)
    floor = statistics.median(found["empty app, first text"])
    budgets = {"seq2see, first text": 1.2, "seq2see, first heads": 2.2}
    rows = [
        {"what": name, "median_s": statistics.median(values), "ratio": statistics.median(values) / floor,
         "budget": budgets.get(name)}
        for name, values in found.items()
    ]  # fmt: skip
    if options.json:
        print(json.dumps(rows))
        return
    print(f"cold starts, medians of {options.rounds}; 1.0 = first text of an empty Streamlit app")
    for row in rows:
        budget = "" if row["budget"] is None else f"budget {row['budget']}"
        print(f"  {row['what']:32} {row['median_s']:6.2f} s   {row['ratio']:5.2f}×   {budget}")


if __name__ == "__main__":
    main()
