"""Prefetch: what each press would show is computed in spare time and sent before it is asked for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from core.figures.boards import Board
from core.run.runs import runnable
from pages.shared.browser.callbacks import mount
from pages.shared.internals import is_run_awaited
from pages.shared.state import AppState

SHARE = 0.25
LONGEST = 1.0  # seconds, after which no more is worked ahead
MOST_SENT = 1_000_000  # characters, after which no more is sent ahead


class SpareTime:
    """Let one thread at a time work ahead, and all together no more than a share of the time, whoever visits.

    What is not worked ahead is computed once it is asked for, so nobody waits for spare time.
    """

    def __init__(self, share: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.share, self.clock = share, clock
        self.lock, self.free_from = threading.Lock(), 0.0

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Take the time that the block needs, if there is any to spare; tell whether there is."""
        if self.clock() < self.free_from or not self.lock.acquire(blocking=False):
            yield False
            return
        begun = self.clock()
        try:
            yield True
        finally:
            ended = self.clock()
            self.free_from = ended + (ended - begun) * (1 / self.share - 1)
            self.lock.release()


SPARE = SpareTime(SHARE)


@st.fragment
def prefetch_view(current: AppState) -> None:
    """Mount what hands a view all that it shows one press of a control away, asked for when the visitor rests."""

    def ask(shown: str) -> None:
        current.prefetch_request = shown

    asked, current.prefetch_request, variants, whole = current.prefetch_request, "", {}, False
    if asked:
        current.prefetch_answers += 1
        with SPARE.taken() as spare:
            if spare:
                variants, whole = one_press_away(current)
    # The count, since a browser that is sent what it was sent before does not hear it, and so does not ask again.
    data = {"of": asked or None, "variants": variants, "whole": whole, "answers": current.prefetch_answers}
    mount("ahead", "ahead-view", data, {"ask": ask})


def one_press_away(current: AppState) -> tuple[dict[str, Any], bool]:
    """Return what the view would show, by control and option, and whether there was time for all of it.

    What it shows already, or cannot show, is left out.
    """
    found: dict[str, Any] = {}
    if current.prefetch is None:
        return found, True

    def payload() -> dict[str, Any]:
        shown = current.prefetch(current)
        return shown.payload() if isinstance(shown, Board) else shown or {"id": None}

    until, same, taken = time.monotonic() + LONGEST, payload()["id"], 0
    for name, offer in current.press_options.items():
        for place, option in offer.options.items() if offer.prefetch else ():
            if time.monotonic() > until or is_run_awaited():
                return found, False
            with current.supposing():
                offer.take(option)
                current.shown = runnable(current.spec)[0] or current.shown
                sent = payload()
            if sent["id"] in (same, None):
                continue
            taken += len(repr(sent))
            if taken > MOST_SENT:
                return found, True
            found[f"{name}:{place}"] = sent
    return found, True
