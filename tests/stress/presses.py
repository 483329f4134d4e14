"""Random presses in a real browser: `python -m tests.stress.presses --pages decode heads --rounds 20 --seed 1`.

In a round ten things that can be pressed are pressed, 0 to 600 ms apart; then the page is left alone. What stands in
each control must be what was last pressed there, run and view must be what the address says and, every third round, the
address opened anew must show the same controls and views. Each round goes on from where the last one ended. Prints
each round that ended otherwise, and how many did; `--busy N` keeps N processors busy meanwhile. Where the browser waits
in vain, it prints what the server's threads are doing.
"""

import argparse
import multiprocessing
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, Error, Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.harness import at_rest, chromium, serve

STACKS = Path(__file__).parent / "stacks"
SCRIPT = (Path(__file__).parent / "presses.js").read_text(encoding="utf-8")
PRESSES, LONGEST_WAIT = 10, 600  # ms
STILL = 700  # ms: longer than any pause after which a view says or asks something by itself
PATIENCE = 60_000  # ms
EVERY = 3  # rounds after which the address is opened anew
CONTROL = re.compile(r"-control-(\w+-\d+)$")
SWITCHES = "causal", "padding", "position", "teacher"
# Where each page begins: the views that have switches, with a model that heeds them.
STARTS: dict[str, tuple[str, ...]] = {
    "whole_model": ("", "?model=spelling", "?mode=training"),
    "decode": (
        "decode",
        "decode?model=spelling",
        "decode?model=dates-all-at-once",
        "decode?a=source%3D3+mars+2001%26causal%3Doff",
    ),
    "search": ("search",),
    "non_autoregressive": ("non_autoregressive",),
    "teacher_forcing": ("teacher_forcing",),
    "self_attention": ("self_attention", "self_attention?show=matrices"),
    "heads": ("heads",),
    "position": ("position?show=shuffle", "position"),
    "masks": ("masks?show=draw", "masks?show=causal", "masks?show=padding"),
    "block": ("block",),
    "cross_attention": ("cross_attention", "cross_attention?show=explanation"),
    "training_lab": ("training_lab",),
    "guided_attention": ("guided_attention?show=penalty",),
    "reinforcement_learning": ("reinforcement_learning",),
    "evidence": ("evidence",),
}
# Pages on which a button sets off what takes minutes, or leads away: there only options and switches are pressed.
WITHOUT_BUTTONS = "training_lab", "guided_attention", "reinforcement_learning"


def stands(page: Page) -> dict[str, Any]:
    """Wait until the page says the same twice with a pause between, and return it."""
    before = None
    while True:
        at_rest(page)
        now = page.evaluate("window.whatStands()")
        if now == before:
            return now
        before = now
        page.wait_for_timeout(STILL)


def visit(page: Page, address: str) -> None:
    """Open an address and wait until its view can be used."""
    page.goto(address)
    page.wait_for_selector("[class*=st-key-control-]")
    at_rest(page)


def draw_presses(draw: random.Random) -> list[tuple[int, float, float]]:
    """Draw when and what to press: half of the presses come within a tenth of a second of the one before."""
    waits = [draw.choice((0, 0, 30, 60, 100, 150, 250, 400, LONGEST_WAIT)) for _ in range(PRESSES)]
    return [(wait, draw.random(), draw.random()) for wait in waits]


def wrong_controls(log: list[dict[str, Any]], now: dict[str, Any]) -> list[str]:
    """Return the controls that do not show what was last pressed there; a later button may have changed any of them."""
    controls = now["controls"]
    wanted: dict[str, str] = {}
    for press in log:
        if press["kind"] in ("switch", "option"):
            wanted[press["name"]] = press["wants"]
        elif press["kind"] == "button":
            wanted = {}
        if press["name"] in ("examples", "show", "model", "mistakes"):  # after which other options are there
            wanted = {name: value for name, value in wanted.items() if value in ("on", "off")} | {
                press["name"]: press["wants"]
            }
        # A view's own presses move the layer and the head too, and another attention may have fewer layers.
        if press["kind"] == "view" or press["name"] == "attention":
            for name in ("layer", "head"):
                wanted.pop(name, None)
        if press["name"] == "block_side":  # whose tokens are others
            wanted.pop("block_token", None)
    return [
        f"{name} shows {controls[name]!r}, pressed was {value!r}"
        for name, value in wanted.items()
        if name in controls and controls[name] != value and (value in ("on", "off") or value in now["options"][name])
    ]


def disagreements(now: dict[str, Any]) -> list[str]:
    """Return what of the run and of the view stands otherwise in the address than in the controls and the view."""
    asked, controls, views = dict(parse_qsl(urlsplit(now["address"]).query)), now["controls"], now["views"]
    said = {name: asked.get(name, "off" if name == "teacher" else "on") for name in SWITCHES}
    said |= {name: asked[name] for name in ("source", "layer", "head") if name in asked}
    wrong = [
        f"{name} shows {controls[name]!r}, in the address {value!r}"
        for name, value in said.items()
        if name in controls and controls[name] != value and (name not in SWITCHES or name in now["switches"])
    ]
    seen = {"step": asked.get("step"), "attention": asked.get("attention")}
    seen |= {name: str(int(asked[name]) - 1) for name in ("layer", "head") if name in asked}
    return wrong + [
        f"the view is at {name} {views[name]}, the address at {value}"
        for name, value in seen.items()
        if name in views and value is not None and views[name] != value
    ]


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return what the address, opened anew, shows otherwise."""
    return [
        f"{part} {name}: {before[part].get(name)!r}, after a reload {after[part].get(name)!r}"
        for part in ("controls", "views")
        for name in before[part] | after[part]
        if before[part].get(name) != after[part].get(name)
    ]


def play_round(
    page: Page, other: Page, address: str, draw: random.Random, reload: bool = True
) -> tuple[list[dict[str, Any]], list[str]]:
    """Press, wait, look, with `reload` also at the address opened anew; return what was pressed and what is wrong."""
    log = page.evaluate("(presses) => window.pressAll(presses)", draw_presses(draw))
    now = stands(page)
    wrong = wrong_controls(log, now)
    wrong += disagreements(now) + [f"on screen: {trouble!r}" for trouble in now["troubles"]]
    if reload:
        visit(other, address + now["address"])
        wrong += differences(now, stands(other))
    return log, wrong


class Spoken:
    """Note what a page and the server tell each other: which parts are to run, and ran, and how controls are set."""

    def __init__(self, page: Page) -> None:
        self.lines: list[str] = []
        self.before: dict[str, str] = {}
        page.on("websocket", self.listen)

    def listen(self, socket: WebSocket) -> None:
        """Note what goes through a connection."""
        self.lines.append(f"{time.monotonic():.3f}  connected")
        socket.on("framesent", self.note)
        socket.on("framereceived", self.note_answer)

    def note(self, frame: bytes | str) -> None:
        """Note a message."""
        message = BackMsg.FromString(frame if isinstance(frame, bytes) else frame.encode())
        if not message.HasField("rerun_script"):
            return
        asked = message.rerun_script
        now = {found[1]: str(each) for each in asked.widget_states.widgets if (found := CONTROL.search(each.id))}
        changed = [
            f"{name}={text.split(':', 2)[-1].strip()!r}" for name, text in now.items() if self.before.get(name) != text
        ]
        self.before = now
        self.lines.append(f"{time.monotonic():.3f}  runs {asked.fragment_id[:6] or 'all'}  {' '.join(changed)[:300]}")

    def note_answer(self, frame: bytes | str) -> None:
        """Note an answer: a run that begins or ends, and a control that it sets."""
        answer = ForwardMsg.FromString(frame if isinstance(frame, bytes) else frame.encode())
        kind = answer.WhichOneof("type")
        told = ""
        if kind == "new_session":
            told = "begins a run"
        elif kind == "script_finished":
            told = f"ends: {ForwardMsg.ScriptFinishedStatus.Name(answer.script_finished)}"
        elif kind == "delta" and answer.delta.HasField("new_element"):
            element = answer.delta.new_element
            widget = getattr(element, element.WhichOneof("type"))
            found = CONTROL.search(getattr(widget, "id", ""))
            if found and getattr(widget, "set_value", False):
                told = f"sets {found[1]}"
        if told:
            self.lines.append(f"{time.monotonic():.3f}      {told}")


class Stacks:
    """Tell what the threads of a server are doing: a page that is never at rest may wait for one of them."""

    def __init__(self, folder: str) -> None:
        self.file = Path(folder) / "stacks"
        self.environment = {"STACKS": str(self.file), "PYTHONPATH": str(STACKS)}

    def read(self) -> str:
        """Ask the server for its threads' stacks, and return them."""
        pid, _, before = self.file.read_text(encoding="utf-8").partition("\n")
        os.kill(int(pid), signal.SIGUSR1)
        time.sleep(1.0)
        return self.file.read_text(encoding="utf-8").removeprefix(f"{pid}\n{before}")


def new_page(context: BrowserContext, buttons: bool) -> Page:
    """Open a tab in which presses can be made and looked at."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(f"window.pressButtons = {str(buttons).lower()};\n{SCRIPT}")
    return page


def play(address: str, names: list[str], rounds: int, seed: int, stacks: Stacks) -> dict[str, list[str]]:
    """Play rounds on each page; return what went wrong, by page."""
    found: dict[str, list[str]] = {}
    with chromium() as browser:
        for name in names:
            draw, found[name] = random.Random(f"{seed} {name}"), []
            context = browser.new_context(viewport={"width": 1600, "height": 1000})
            page, other = (new_page(context, name not in WITHOUT_BUTTONS) for _ in range(2))
            spoken = Spoken(page)
            fresh = True
            for number in range(rounds):
                start = STARTS[name][number % len(STARTS[name])]
                try:
                    if fresh or number % (2 * EVERY) == 0:
                        visit(page, f"{address}/{start}")
                    log, wrong = play_round(page, other, address, draw, reload=number % EVERY == EVERY - 1)
                except Error as error:
                    log, wrong = [], [f"the browser says: {error.message.splitlines()[0]}"]
                    print(stacks.read(), flush=True)
                fresh = bool(wrong)
                if wrong:
                    found[name].append("; ".join(wrong))
                    print(f"{name}, seed {seed}, round {number}: {'; '.join(wrong)}", flush=True)
                    for press in log:
                        print(f"    {press['at']:>5} ms  {press['kind']} {press['name']} {press.get('wants', '')}")
                    print("  told to the server:", *spoken.lines, sep="\n    ")
                spoken.lines.clear()
                if number % 25 == 24:
                    print(f"{name}, seed {seed}: {number + 1} rounds played, {len(found[name])} otherwise", flush=True)
            context.close()
            count = f"{len(found[name])} of {rounds} rounds"
            print(f"{name}, seed {seed}: {count} ended otherwise than pressed", flush=True)
    return found


def spin(parent: int) -> None:
    """Keep a processor busy as long as the process that asked for it is there."""
    while os.getppid() == parent:
        sum(range(100_000))


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep processors busy as long as the block runs."""
    spawn, me = multiprocessing.get_context("spawn").Process, os.getpid()
    loops = [spawn(target=spin, args=(me,), daemon=True) for _ in range(count)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.terminate()


def main() -> None:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.stress.presses", description=__doc__.splitlines()[0])
    parser.add_argument("--pages", nargs="+", choices=sorted(STARTS), default=sorted(STARTS))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--busy", type=int, default=0, help="how many processors are kept busy meanwhile")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that server, browser and loops end too
    with TemporaryDirectory() as folder:
        stacks = Stacks(folder)
        with serve(**stacks.environment) as address, busy(options.busy):
            found = play(address, options.pages, options.rounds, options.seed, stacks)
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()
