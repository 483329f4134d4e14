"""How soon a click is painted: `python -m tests.benchmarks.page`.

In real Chromium, on the Decode page with a model of 4 + 4 layers and 4 heads (48 maps) or, with `--model`, one that
ships, against an empty fragment rerun of the same app in the same minute. Rounds are interleaved; ratios are of
medians. Nothing is asserted: this prints what it found.
"""

import argparse
import json
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from playwright.sync_api import Page

from core import checkpoint
from core.config import ModelConfig
from core.model import Transformer
from core.tasks import Task, get_task
from tests.browser.harness import ROOT, chromium, serve, settled

FRAGMENT = '''

@st.fragment
def nothing():
    """The yardstick: the least that a rerun can do."""
    st.session_state["count"] = st.session_state.get("count", 0) + 1
    st.button("empty rerun", key="empty")
    st.text(f"reruns: {st.session_state['count']}")

with st.sidebar:
    nothing()
'''

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")

SHIPPED = ROOT / "assets" / "checkpoints"

SCRUB = """async () => {
  const range = document.querySelector('.s2s-view input[type=range]');
  const times = [];
  for (let i = 0; i < 60; i++) {
    await new Promise(requestAnimationFrame);
    range.value = i % (Number(range.max) + 1);
    range.dispatchEvent(new Event('input', { bubbles: true }));
    times.push(performance.now());
  }
  return 1000 * (times.length - 1) / (times.at(-1) - times[0]);
}"""


def with_fragment(folder: Path) -> Path:
    """Lay out the app once more, with an empty fragment added to it."""
    for name in ("pages", "core", "assets", ".streamlit"):
        (folder / name).symlink_to(ROOT / name)
    app = folder / "app.py"
    app.write_text((ROOT / "app.py").read_text() + FRAGMENT)
    return app


def wide_model(folder: Path) -> Path:
    """Write a checkpoint with 48 heads and random weights: what is timed does not depend on what it says."""
    shipped = checkpoint.read_metadata(SHIPPED / "dates.safetensors")
    config = ModelConfig.from_dict(
        shipped.config.to_dict() | {"num_encoder_layers": 4, "num_decoder_layers": 4, "num_heads": 4}
    )
    model = Transformer(config, torch.Generator().manual_seed(1))
    folder.mkdir()
    checkpoint.save(folder / "dates.safetensors", model, replace(shipped, config=config))
    return folder


def measure(page: Page, rounds: int, task: Task) -> dict[str, list[float]]:
    """Use each kind of control in turn, round after round; a source that was typed is never typed again."""
    found: dict[str, list[float]] = {}
    kinds = (("fragment", "empty rerun"), ("step", "Step"), ("switch", "Causal mask"), ("switch", "Positional enc."))
    for number, example in enumerate(task.held_out("test")[7::40][: rounds + 2]):
        page.get_by_role("button", name="Reset" if number % 5 == 0 else "Back", exact=True).click()
        page.wait_for_timeout(700)
        for kind, label in (*kinds, ("type", example.source)):
            got = page.evaluate(MEASURE, [kind, label])
            if number >= 2:
                for measure, value in got.items():
                    found.setdefault(f"{label if kind != 'type' else 'a typed source'}, {measure}", []).append(value)
        page.wait_for_timeout(700)
        page.get_by_role("button", name="Step", exact=True).click()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.page", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--model", help="a model that ships (default: 48 heads with random weights)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        models = SHIPPED if options.model else wide_model(folder / "models")
        name = options.model or "dates"
        task = get_task(checkpoint.read_metadata(models / f"{name}.safetensors").task)
        with serve(with_fragment(folder), SEQ2SEE_CHECKPOINTS=str(models)) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(f"{address}/decode?model={name}")
            settled(page)
            page.get_by_role("button", name="Step", exact=True).click()
            found = measure(page, options.rounds, task)
            sent: list[str] = []
            page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
            page.reload()
            settled(page)
            page.wait_for_timeout(1500)
            sent.clear()
            rate = page.evaluate(SCRUB)
            during = len(sent)
    floor = statistics.median(found["empty rerun, painted"])
    budgets = {"Step, painted": 2, "Step, settled": 4, "Causal mask, painted": 2, "Causal mask, settled": 4}
    rows = [
        {"what": name, "median_ms": statistics.median(values), "ratio": statistics.median(values) / floor,
         "budget": budgets.get(name.replace("Positional enc.", "Causal mask"))}
        for name, values in found.items()
    ]  # fmt: skip
    if options.json:
        print(json.dumps({"rows": rows, "scrub_frames_per_second": rate, "messages_while_scrubbing": during}))
        return
    heads = options.model or "48 head maps"
    print(f"{heads}, medians of {options.rounds} rounds; 1.0 = an empty fragment rerun painted ({floor:.0f} ms)")
    for row in rows:
        budget = "" if row["budget"] is None else f"budget {row['budget']}"
        print(f"  {row['what']:28} {row['median_ms']:7.0f} ms   {row['ratio']:5.2f}×   {budget}")
    print(f"  scrubbing: {rate:.0f} frames/s (budget ≥ 30), {during} messages to the server in 60 frames")


if __name__ == "__main__":
    main()
