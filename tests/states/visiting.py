"""Visit pages in drawn states, press some of what they show, and tell which of them break."""

import json
import random
import re
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from traceback import format_exc
from typing import Any

from streamlit import config
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.state.common import TESTING_KEY
from streamlit.testing.v1 import AppTest

from core.run.view import View
from pages.shared.first import first_spec
from pages.shared.selection import Selection
from pages.shared.state import AppState
from tests.states.drawing import STRANGE_SOURCES, PageState, draw_state

APP = str(Path(__file__).parents[2] / "app.py")
PATIENCE = 120.0
NOBODY = "0" * 32
MOST_PRESSES = 2
KINDS = ("button", "toggle", "selectbox", "slider", "select_slider", "number_input", "text_input", "button_group")
STARTS_A_PROCESS = re.compile("lab|upload|clear")
# A number that is none; one of the bugs is called so, too, and is the first in a list of them.
NO_NUMBER = re.compile(r"(?<![\w⟨])[-−+]?(nan|inf)(?![\w⟩])(?!, causal)")


@dataclass(frozen=True)
class Broken:
    """Hold a state that breaks its page, what was pressed there, and what was raised."""

    number: int
    state: PageState
    presses: tuple[str, ...]
    raised: str
    traceback: str


class Break(Exception):
    """Say what is wrong with a page that was visited."""


@cache
def opened() -> AppTest:
    """Open the app once: all further visits know its pages and its components from this one."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
    page = AppTest.from_file(APP, default_timeout=PATIENCE).run()
    config.set_option("client.showErrorDetails", "full")  # which the app's own configuration hides from visitors
    return page


class Visit:
    """Be a visitor who comes to a page in some state and presses what is there, by dice."""

    def __init__(self, state: PageState, dice: random.Random) -> None:
        first = opened()
        self.at = AppTest.from_file(APP, default_timeout=PATIENCE)
        self.at._registered_pages = first._registered_pages
        self.at._bidi_component_manager = first._bidi_component_manager
        self.app = AppState(Selection(first_spec(), View(step=6, layer=1)), visitor=NOBODY)
        self.at.session_state["app"] = self.app
        self.at.query_params = dict(state.params)
        self.state, self.dice = state, dice
        self.presses: list[str] = []
        self.checked = 0

    def go(self) -> None:
        """Open the page, press, and go on to the next page.

        Raises: Break if anything is wrong on the way.
        """
        for page in filter(None, (self.state.page, self.state.then)):
            self.run(self.at.switch_page(f"pages/{page}/page.py"))
            for _ in range(self.dice.randint(0, MOST_PRESSES)):
                self.press()
            self.at.query_params = {}  # a press on the menu takes no address along

    def run(self, asked: Any) -> None:
        """Run the page as it was asked, and look at what came of it."""
        raised: list[BaseException] = []
        before, threading.excepthook = threading.excepthook, lambda happened: raised.append(happened.exc_value)
        try:
            asked.run()
            self.end_jobs()
        finally:
            threading.excepthook = before
        if raised:
            raise raised[0]
        self.check()

    def end_jobs(self) -> None:
        """Stop what was started, and draw what came of it until then."""
        live = [job for job in self.app.jobs.values() if job.live]
        for job in live:
            job.stop.set()
            job.ended.wait(PATIENCE)
        if live:
            self.at.run()

    def check(self) -> None:
        """Raise Break for an exception, a number that is none, or data that a browser cannot read."""
        self.checked += 1
        if self.at.exception:
            raised = self.at.exception[0]
            raise Break(f"{raised.proto.type}: {raised.message}", "\n".join(raised.stack_trace))
        for element in self.at.get("bidi_component"):
            json.loads(element.proto.json or "null", parse_constant=unreadable)
        for element in (*self.at.text, *self.at.markdown, *self.at.caption, *self.at.latex, *self.at.info):
            if NO_NUMBER.search(element.value):
                raise Break(f"the page says {NO_NUMBER.search(element.value)[0]}: {element.value[:60]}", "")

    def press(self) -> None:
        """Choose another value of some control that is there."""
        shown = [
            widget
            for kind in KINDS
            for widget in self.at.get(kind)
            if not widget.disabled and not (kind == "button" and STARTS_A_PROCESS.search(widget.key or ""))
        ]
        if not shown:
            return
        widget = self.dice.choice(shown)
        kind = widget.type
        if kind == "button":
            self.presses.append(str(widget.key))
            self.run(widget.click())
            return
        value = self.another(widget)
        if kind in ("button_group", "selectbox", "select_slider"):  # told by what stands on them, as a browser does
            self.at.session_state[TESTING_KEY][widget.id] = str
        self.presses.append(f"{widget.key}={value!r}"[:200])
        self.run(widget.set_value(value))

    def another(self, widget: Any) -> Any:
        """Draw what a visitor could make of a control."""
        if widget.type in ("toggle", "checkbox"):
            return not widget.value
        if widget.type in ("slider", "number_input"):
            return type(widget.value)(self.dice.choice((widget.min, widget.max)))
        if widget.type == "text_input":
            return self.dice.choice(STRANGE_SOURCES)
        return self.dice.choice(widget.options)


def unreadable(constant: str) -> None:
    """Refuse what is no JSON, though Python writes it.

    Raises: Break always.
    """
    raise Break(f"a component is sent {constant}, which no browser can read", "")


def visit(seed: int, number: int) -> tuple[int, Broken | None]:
    """Make the visit of a number, drawn by itself, so that it can be made again.

    Returns how many states of pages were looked at, and what breaks, None if nothing does.
    """
    dice = random.Random(f"{seed}-{number}")
    visitor = Visit(draw_state(dice), dice)
    broken = None
    try:
        visitor.go()
    except Break as problem:
        broken = Broken(number, visitor.state, tuple(visitor.presses), *problem.args)
    except Exception as error:
        raised = f"{type(error).__name__}: {error}"
        broken = Broken(number, visitor.state, tuple(visitor.presses), raised, format_exc())
    return visitor.checked, broken
