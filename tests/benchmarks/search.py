"""How soon the tree of a search is painted: `python -m tests.benchmarks.search`.

In real Chromium, on the Search page with a beam of 8 over 30 steps, against an empty fragment rerun of the same app in
the same minute. The model is the spelling model that ships, kept from ending before it has written 30 tokens. Rounds
are interleaved; ratios are of medians. Nothing is asserted: this prints what it found.
"""

import argparse
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from playwright.sync_api import Page

from core import checkpoint
from core.model import Transformer
from core.vocab import END
from tests.benchmarks.page import MEASURE, SCRUB, SHIPPED, with_fragment
from tests.browser.harness import chromium, serve

STEPS, WIDTH = 30, 8
WORD = "antidisestablishmentarianism"
NEVER = 30.0
SWITCH = "Positional enc."
BUDGETS = {f"{what}, {when}": most for what in ("Step", SWITCH) for when, most in (("painted", 2), ("settled", 4))}
REST = 1500  # ms in which a visitor who rests is sent what the switches would show


def unending_model(folder: Path) -> Path:
    """Write the spelling model so that it never chooses END and writes at most 30 tokens."""
    model, shipped = checkpoint.load(SHIPPED / "spelling.safetensors")
    config = replace(shipped.config, max_target_len=STEPS)
    longer = Transformer(config, torch.Generator().manual_seed(1))
    longer.load_state_dict(model.state_dict())
    with torch.no_grad():
        longer.output_bias[END] -= NEVER
    folder.mkdir()
    checkpoint.save(folder / "spelling.safetensors", longer, replace(shipped, config=config))
    return folder


def settled(page: Page) -> None:
    """Wait until the tree is painted and the server has nothing more to say."""
    page.wait_for_selector(".s2s-tree[data-painted]", timeout=120_000)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def measure(page: Page, rounds: int) -> dict[str, list[float]]:
    """Step, type, switch and rerun nothing in turn, round after round; a source is never typed twice.

    What is switched after a rest has not been searched before, since its source is new.
    """
    found: dict[str, list[float]] = {}
    for number in range(rounds + 2):
        page.get_by_role("button", name="Reset" if number % 5 == 0 else "Back", exact=True).click()
        page.wait_for_timeout(700)
        word = f"{WORD[: 20 + number % 8]}{'abcdefghijklmnopqrstuvwxyz'[number % 26]}"
        for kind, label in (("fragment", "empty rerun"), ("step", "Step"), ("type", word), ("switch", SWITCH)):
            page.wait_for_timeout(REST)
            got = page.evaluate(MEASURE, [kind, label])
            if number >= 2:
                for what, value in got.items():
                    found.setdefault(f"{label if kind != 'type' else 'a typed source'}, {what}", []).append(value)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        models = unending_model(Path(temporary) / "models")
        query = f"model=spelling&source={WORD}&beam={WIDTH}&show=beam"
        with serve(with_fragment(Path(temporary)), SEQ2SEE_CHECKPOINTS=str(models)) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(f"{address}/search?{query}")
            settled(page)
            steps = page.locator(".s2s-tree").get_attribute("data-steps")
            boxes = page.evaluate("document.querySelector('.s2s-tree').tree.boxes().length")
            found = measure(page, options.rounds)
            sent: list[str] = []
            page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
            page.reload()
            settled(page)
            page.wait_for_timeout(1500)
            sent.clear()
            rate = page.evaluate(SCRUB.replace(".s2s-view", ".s2s-tree"))
            during = len(sent)
    floor = statistics.median(found["empty rerun, painted"])
    print(f"beam of {WIDTH} over {steps} steps, {boxes} hypotheses; medians of {options.rounds} rounds")
    print(f"  1.00 = an empty fragment rerun painted ({floor:.0f} ms)")
    for name, values in found.items():
        median = statistics.median(values)
        budget = f"budget {BUDGETS[name]}" if name in BUDGETS else ""
        print(f"  {name:28} {median:7.0f} ms   {median / floor:5.2f}×   {budget}")
    print(f"  scrubbing: {rate:.0f} frames/s (budget ≥ 30), {during} messages to the server in 60 frames")


if __name__ == "__main__":
    main()
