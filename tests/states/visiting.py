"""Open pages in drawn states, as AppTest does, and tell which of them break."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from pages.shared.state import AppState, View, first_spec
from tests.states.drawing import PageState, draw_state

APP = str(Path(__file__).parents[2] / "app.py")
PATIENCE = 120.0
NOBODY = "0" * 32


@dataclass(frozen=True)
class Broken:
    """Hold a state that breaks its page, and what was raised there."""

    number: int
    state: PageState
    raised: str
    traceback: str


@cache
def opened() -> AppTest:
    """Open the app once: all further visits know its pages and its components from this one."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
    return AppTest.from_file(APP, default_timeout=PATIENCE).run()


def visit(state: PageState) -> tuple[str, str] | None:
    """Open a page at its address; return what it raises, with the last lines of the traceback, None if nothing."""
    first = opened()
    at = AppTest.from_file(APP, default_timeout=PATIENCE)
    at._registered_pages = first._registered_pages
    at._bidi_component_manager = first._bidi_component_manager
    at.session_state["app"] = AppState(first_spec(), View(step=6, layer=1), visitor=NOBODY)
    at.query_params = dict(state.params)
    for page in filter(None, (state.page, state.then)):
        try:
            at.switch_page(f"pages/{page}.py").run()
        except Exception as error:
            return f"{type(error).__name__} of the visit itself: {error}", ""
        if at.exception:
            raised = at.exception[0]
            return f"{raised.proto.type}: {raised.message}", "\n".join(raised.stack_trace)
        at.query_params = {}  # a press on the menu takes no address along
    return None


def broken_states(seed: int, numbers: range) -> Iterator[Broken | None]:
    """Visit the drawn states of these numbers, each drawn by itself, so that any one can be visited again."""
    for number in numbers:
        state = draw_state(random.Random(f"{seed}-{number}"))
        raised = visit(state)
        yield None if raised is None else Broken(number, state, *raised)
