"""A full-size Hugging Face model in the app: `python -m tests.benchmarks.huggingface_app [--rounds N] [--sources N]`.

A random Marian (6 + 6 layers, width 512, 8 heads, 65,001 symbols), which never ends before 64 tokens, is opened in real
Chromium: how soon pages answer, against an empty fragment rerun of the same app in the same minute, and by how much
the server grows with each further source. Needs requirements-hf.txt.
"""

import argparse
import json
import re
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import sentencepiece
import transformers
from playwright.sync_api import Locator, Page

from tests.benchmarks.huggingface import full_size
from tests.benchmarks.page import MEASURE, with_fragment
from tests.benchmarks.pages import buttons, places, pressed, switch
from tests.browser.harness import chromium, serve, settled
from tests.parity.their_folders import train_pieces

SYMBOLS = 65_001
NAME = "full-size"
SOURCES = ("the cat sat on the mat", "a dog ran to the old house", "rivers run to the sea", "the man saw a cat")
# A page, what must be there, and what is pressed.
CONTROLS: dict[str, tuple[str, str, Callable[[Page, int], Locator]]] = {
    "Whole model: a step": ("?step=3&", ".s2s-whole[data-painted]", buttons("Step", "Back")),
    "Heads: silence a head": ("heads?", "[data-silence]", places("[data-silence]", 3)),
    "Heads: a switch": ("heads?", "[data-silence]", switch("Positional enc.")),
    "Cross-attention: a step": ("cross_attention?", ".s2s-board canvas", buttons("Step", "Back")),
}


def lay_out(folder: Path) -> None:
    """Write the model, and a tokenizer with as many symbols, most of which no text is cut into."""
    model_folder = folder / NAME
    model_folder.mkdir(parents=True)
    pieces = train_pieces(folder.parent / "source.spm")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    named = [processor.id_to_piece(i) for i in range(len(processor))]
    names = ["</s>", "<unk>", *(name for name in named if name not in ("</s>", "<unk>", "<s>"))]
    names += [f"▁word{number}" for number in range(SYMBOLS - len(names) - 1)] + ["<pad>"]
    vocabulary = folder.parent / "vocab.json"
    vocabulary.write_text(json.dumps({name: number for number, name in enumerate(names)}))
    transformers.MarianTokenizer(str(pieces), str(pieces), str(vocabulary)).save_pretrained(model_folder)
    full_size(model_folder)
    (model_folder / "seq2see.json").write_text(json.dumps({"examples": SOURCES}))


def megabytes_of(address: str) -> float:
    """Return what the server at an address holds in memory (RSS)."""
    port = f"--server.port={address.rpartition(':')[2]}"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if port in (process / "cmdline").read_text():
                return int(re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())[1]) / 1e3
        except OSError:
            continue
    raise RuntimeError("the server has ended")


def print_ratio(what: str, found: list[dict[str, float]], floor: list[dict[str, float]]) -> None:
    """Print the medians of both times over that of an empty rerun."""
    least = statistics.median(each["painted"] for each in floor)
    painted, all_still = (statistics.median(each[key] for each in found) / least for key in ("painted", "settled"))
    print(f"  {what:28} painted {painted:5.2f}×   settled {all_still:5.2f}×", flush=True)


def measure_controls(page: Page, address: str, rounds: int) -> None:
    """Print how soon each page answers."""
    for name, *names in (("decode?step=3&", "Step", "Back"), ("search?", "Back", "Step")):  # these step in the browser
        page.goto(f"{address}/{name}model=hf-{NAME}")
        settled(page)
        page.wait_for_timeout(4000)
        floor, steps = [], []
        for turn in range(rounds):
            floor.append(page.evaluate(MEASURE, ["fragment", "empty rerun"]))
            steps.append(page.evaluate(MEASURE, ["step", names[turn % 2]]))
        print_ratio(f"{name.partition('?')[0].capitalize()}: a step", steps, floor)
    for what, (name, ready, control) in CONTROLS.items():
        page.goto(f"{address}/{name}model=hf-{NAME}")
        page.wait_for_selector(ready)
        page.wait_for_timeout(4000)
        floor, found = [], []
        for turn in range(rounds):
            floor.append(pressed(page, page.get_by_role("button", name="empty rerun")))
            found.append(pressed(page, control(page, turn)))
        print_ratio(what, found, floor)


def measure_memory(page: Page, address: str, count: int) -> None:
    """Print what the server holds, and how it grows with each further source that is decoded."""
    page.goto(f"{address}/decode?model=hf-{NAME}")
    settled(page)
    sizes = [megabytes_of(address)]
    for number in range(count):
        field = page.get_by_label("Source", exact=True)
        field.fill(f"{SOURCES[number % len(SOURCES)]} and the cat {number}")
        field.press("Enter")
        page.wait_for_timeout(500)
        settled(page)
        sizes.append(megabytes_of(address))
    each = (sizes[-1] - sizes[0]) / count
    print(f"  the server holds {sizes[0]:.0f} MB with the model; after {count} further sources {sizes[-1]:.0f} MB")
    print(f"  {each:.1f} MB for each: " + " ".join(f"{size:.0f}" for size in sizes))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.huggingface_app", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--sources", type=int, default=24)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lay_out(folder / "theirs")
        with serve(with_fragment(folder), SEQ2SEE_HF=str(folder / "theirs")) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.set_default_timeout(120_000)
            before = megabytes_of(address)
            page.goto(f"{address}/decode")
            settled(page)
            print(f"  the server holds {before:.0f} MB at its start, {megabytes_of(address):.0f} MB with a page open")
            measure_controls(page, address, options.rounds)
            measure_memory(page, address, options.sources)


if __name__ == "__main__":
    main()
