"""A real server and a real Chromium, for tests and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Scripts, fonts and the frame's style sheet are there, charts are drawn, and nothing has moved while asked a few times:
# a busy browser does late what a quick one does at once, but then it also asks late.
# While the server is at work, nothing counts.
AT_REST = """(times) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (!all('[data-testid=stApp][data-test-script-state=notRunning]').length) return false;
  const boxes = all('[data-testid=stElementContainer], canvas, button').map((box) => box.getBoundingClientRect());
  const places = JSON.stringify(boxes);
  window.rested = places === window.placesBefore ? window.rested + 1 : 0;
  window.placesBefore = places;
  return window.rested >= times && document.fonts.status === 'loaded' && !all('[data-testid=stSkeleton]').length
    && getComputedStyle(document.querySelector('.block-container')).maxWidth === 'none'
    && !all('[data-stale=true], [data-retained=true]').length
    && all('[data-testid=stPlotlyChart]').every((chart) => chart.querySelector('.main-svg'));
}"""


@contextmanager
def serve(app: Path = ROOT / "app.py", wait: bool = True, **environment: str) -> Iterator[str]:
    """Run a Streamlit app in a process of its own and yield its address; with `wait`, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        app.name,
        f"--server.port={port}",
        "--server.address=127.0.0.1",
    ]
    server = subprocess.Popen(
        command, cwd=app.parent, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while wait and not answers(address):
            if server.poll() is not None:
                raise RuntimeError(f"the server ended with code {server.returncode}: {' '.join(command)}")
            time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def answers(address: str) -> bool:
    """Tell whether a server is there."""
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as reply:
            return reply.status == 200
    except OSError:
        return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium without a window.

    Raises: RuntimeError if there is none on this machine.
    """
    if CHROMIUM is None:
        raise RuntimeError("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def at_both_sizes(page: Page) -> Iterator[tuple[int, int]]:
    """Give a page at rest the size of a small projector and then of a large screen, and let it take in what is new."""
    for width, height in ((1280, 720), (1920, 1080)):
        size = {"width": width, "height": height}
        if page.viewport_size != size:
            page.set_viewport_size(size)
            page.wait_for_timeout(500)
        yield width, height


def in_both_themes(page: Page) -> Iterator[str]:
    """Give a page one theme and then the other, and let it take it in."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        yield scheme


def settled(page: Page) -> None:
    """Wait until the page's view is painted and the page at rest."""
    page.wait_for_selector("[data-painted]")
    at_rest(page)


def at_rest(page: Page) -> None:
    """Wait until the server has nothing more to say, and all is drawn and in its place."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.evaluate("() => { window.placesBefore = null; }")
    page.wait_for_function(AT_REST, arg=4, polling=120)
