"""Work that takes longer than a rerun may: in a thread of its own, one at a time for all visitors, watched and stopped.

    def work() -> Iterator[Ablation]:  # runs in the thread: nothing of Streamlit, nothing of the visitor's state
        yield from ablate(model, task, …)

    jobs.panel(current, "measure_heads", key=(spec.model, count), total=len(parts), work=work, draw=draw_results)

`control.measure_heads` and `help.measure_heads` are the button's strings. `draw` is handed what has come so far, twice
a second while it runs; before the first start that is nothing. Results belong to a key: another key, another start.
A key holds all that decides them, so what is finished is found again by whoever asks for the same, after a reload too;
and what runs goes on for whoever comes to it once its visitor has gone.
"""

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import streamlit as st

from core.evaluation.queue import LOOK_SECONDS, Job, Queue
from pages.shared.browser.callbacks import rerun_own_fragment
from pages.shared.state import AppState
from pages.shared.text import t

QUEUE = Queue()


def panel(
    current: AppState,
    name: str,
    *,
    key: Hashable,
    total: int,
    work: Callable[[], Iterator[Any]],
    draw: Callable[[Sequence[Any]], None],
) -> None:
    """Draw the button that starts a computation, its progress, the button that stops it, and what came of it so far."""
    job = known = current.jobs.get(name)
    if job is not None and job.key != key:
        job.stop.set()
        job = None
    job = job or QUEUE.done(name, key)
    elsewhere = None if job else QUEUE.under_way(name, key)

    def start() -> None:
        current.jobs[name] = Job(key, total, name)
        QUEUE.start(current.jobs[name], work)

    live = job is not None and job.live

    @st.fragment(run_every=LOOK_SECONDS if live or elsewhere else None)
    def watch() -> None:
        if elsewhere is not None and elsewhere.live and elsewhere.abandoned:
            adopt(current, elsewhere)
        # Started by a click, which reruns no more than this fragment, or come to an end elsewhere.
        if current.jobs.get(name) is not known or (elsewhere is not None and not elsewhere.live):
            st.rerun()
        if job is None or not job.live:
            st.button(
                t(f"control.{name}"), help=t(f"help.{name}"), on_click=rerun_own_fragment(start), key=f"start-{name}"
            )
        else:
            job.beat = time.monotonic()
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    t("job.stop"),
                    help=t("job.stop_help"),
                    on_click=rerun_own_fragment(job.stop.set),
                    key=f"stop-{name}",
                )
                st.progress(min(1.0, len(job.results) / max(1, job.total)), text=progress(job))
        if job is not None and not job.live and not job.finished:
            st.text(t("job.ended_early", done=len(job.results), total=job.total))
        draw([] if job is None else list(job.results))
        if live and not job.live:
            st.rerun()

    watch()


def adopt(current: AppState, job: Job) -> None:
    """Go on with a job that somebody left, as it is; who has begun one of that name in the meantime keeps theirs."""
    mine = current.jobs.get(job.name)
    if mine is None or not mine.live:
        job.beat = time.monotonic()
        current.jobs[job.name] = job


def progress(job: Job) -> str:
    """Say in a line how far a job is."""
    if job.began is None:
        return t("job.waiting", ahead=QUEUE.ahead_of(job))
    if job.seconds_left is None:
        return t("job.first")
    return t("job.progress", done=len(job.results), total=job.total, left=f"{job.seconds_left:.0f}")
