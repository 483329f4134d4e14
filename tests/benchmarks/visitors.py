"""How soon many visitors are answered at once: `python -m tests.benchmarks.visitors --visitors 50 --every 1`.

Each visitor is a WebSocket that says what a browser would say: it opens the page, steps every so many seconds, and asks
what comes next once it has rested. What browsers draw is left out, so that one machine can hold many. Times are from a
message to the end of its run; the same visitor alone, in the same minute, stands beside them. Nothing is asserted.
"""

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from core.run.view import View
from tests.browser.harness import serve

REST = 0.4  # seconds after which a browser asks what the controls would show
STEPS = 10
PAGES = {"decode": "decode", "cross_attention": "cross_attention"}


class Visitor:
    """One browser's part of the conversation with the server."""

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self.socket, self.page, self.step = socket, page, 0
        self.elements: dict[str, tuple[str, str]] = {}  # by name: id and fragment
        self.shown = ""

    async def run(self, fragment: str = "", *states: WidgetState) -> float:
        """Ask for a run and return after how many seconds it ended."""
        asked = BackMsg()
        asked.rerun_script.page_name = PAGES[self.page]
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.widget_states.widgets.extend(states)
        began = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        ended = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY if fragment else ForwardMsg.FINISHED_SUCCESSFULLY
        while True:
            told = ForwardMsg.FromString(await self.socket.recv())
            if told.WhichOneof("type") == "delta":
                self.keep(told)
            elif told.WhichOneof("type") == "script_finished" and told.script_finished == ended:
                return time.perf_counter() - began

    def keep(self, told: ForwardMsg) -> None:
        """Remember where the elements are that a visitor uses, and what the board shows."""
        element, fragment = told.delta.new_element, told.delta.fragment_id
        kind = element.WhichOneof("type")
        if kind == "button":
            self.elements[element.button.label] = element.button.id, fragment
        elif kind == "bidi_component":
            name = element.bidi_component.component_name.rsplit(".", 1)[-1]
            self.elements[name] = element.bidi_component.id, fragment
            if name == "board_view":
                self.shown = json.loads(element.bidi_component.json)["id"]

    async def act(self) -> float:
        """Step once, as the page does it."""
        self.step += 1
        if self.page == "decode":
            of, fragment = self.elements["follow_view"]
            view = asdict(View(step=1 + self.step % STEPS, layer=1))
            return await self.run(fragment, WidgetState(id=of, json_value=json.dumps({"view": view})))
        of, fragment = self.elements["Step" if self.step // STEPS % 2 else "Back"]
        return await self.run(fragment, WidgetState(id=of, trigger_value=True))

    async def rest(self) -> None:
        """Ask what comes next, where the page tells it and a step changes it."""
        if self.page == "decode":
            return
        await asyncio.sleep(REST)
        of, fragment = self.elements["ahead_view"]
        asked = f"$$STREAMLIT_INTERNAL_KEY_{of}__events", json.dumps([{"event": "ask", "value": self.shown}])
        event = WidgetState(id=asked[0], json_trigger_value=asked[1])
        await self.run(fragment, WidgetState(id=of, json_value="{}"), event)


@asynccontextmanager
async def visiting(address: str, page: str) -> AsyncIterator[Visitor]:
    """Open a page."""
    stream = address.replace("http", "ws") + "/_stcore/stream"
    async with connect(stream, subprotocols=["streamlit"], origin=address, max_size=None) as socket:
        visitor = Visitor(socket, page)
        await visitor.run()
        yield visitor


async def visit(address: str, page: str, every: float, seconds: float) -> list[float]:
    """Visit for a while; return how long each step took, in milliseconds."""
    async with visiting(address, page) as visitor:
        await asyncio.sleep(random.random() * every)
        until, found = time.perf_counter() + seconds, []
        while (began := time.perf_counter()) < until:
            found.append(1000 * await visitor.act())
            await visitor.rest()
            await asyncio.sleep(max(0.0, every - (time.perf_counter() - began)))
        return found


async def crowd(address: str, page: str, count: int, every: float, seconds: float) -> list[float]:
    """Let so many visit at once; return what all of them waited."""
    visits = await asyncio.gather(*(visit(address, page, every, seconds) for _ in range(count)))
    return [each for found in visits for each in found]


def told(name: str, found: list[float], alone: float) -> str:
    """Write one line of the table."""
    high = statistics.quantiles(found, n=20)[-1]
    middle = statistics.median(found)
    steps = f"{len(found):6} steps   median {middle:6.0f} ms {middle / alone:5.2f}×   95 % within {high:6.0f} ms"
    return f"  {name:24} {steps}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.visitors", description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two steps of one visitor")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with serve() as address:
        for page in PAGES:
            asyncio.run(crowd(address, page, 2, options.every, 3.0))  # what is loaded once is loaded
            alone = asyncio.run(crowd(address, page, 1, options.every, 8.0))
            together = asyncio.run(crowd(address, page, options.visitors, options.every, options.seconds))
            print(page)
            print(told("one visitor", alone, statistics.median(alone)))
            print(told(f"{options.visitors} visitors", together, statistics.median(alone)), flush=True)


if __name__ == "__main__":
    main()
