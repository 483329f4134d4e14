"""An estimate of a run before it starts: parameters, operations, and seconds, by a like run or by steps ahead."""

import time
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import streamlit as st

from core import checkpoint
from core.config import ModelConfig
from core.evaluation.queue import Job
from core.lab import Request
from core.lab.pace import seconds_a_step
from core.lab.request import parameters
from core.run import models
from pages.shared.jobs import QUEUE
from pages.shared.state import AppState
from pages.shared.text import sentences, t
from pages.training_lab.visitor_runs import Run

JOB = "lab_pace"
LOOK_SECONDS = 0.5
MOST_PACES = 256
PACES: dict[Hashable, float | None] = {}  # seconds a step, as this server measured it


@lru_cache(maxsize=64)
def count(config: ModelConfig) -> int:
    """Count the parameters of a model."""
    return parameters(config)


def key_of(request: Request) -> Hashable:
    """Return all that decides how long a step takes."""
    recipe = request.recipe
    learnt_by = recipe.optimizer, recipe.sampling, recipe.guide, recipe.reward, recipe.reward_weight, recipe.baseline
    return request.task, request.pairs, request.config, recipe.batch_tokens, learnt_by


def amount(request: Request) -> str:
    """Say how large a run is: its parameters, and its operations where they can be told beforehand."""
    size = f"{count(request.config):,}"
    if request.recipe.reward != "none":
        return t("lab.cost_rewarded", parameters=size)
    work = 6.0 * count(request.config) * request.recipe.batch_tokens * request.recipe.steps  # Kaplan et al. 2020, § 2.1
    return t("lab.cost", parameters=size, work=f"{work / 1e9:,.0f}")


def cost_view(current: AppState, request: Request, runs: Sequence[Run]) -> None:
    """Say what a run will take; where no like run tells how fast this machine is, a few steps are made ahead."""
    key, steps, cost = key_of(request), request.recipe.steps, amount(request)
    timed = (run for run in runs if run.status.step > 0 and run.status.seconds > 0)
    like = next((run for run in timed if key_of(run.request) == key), None)
    if like is not None:
        seconds = like.status.seconds * steps / like.status.step
        st.caption(sentences(cost, t("lab.cost_seconds", seconds=f"{seconds:,.0f}")))
        return
    job = measuring(current, request)
    live = job is not None and job.live

    @st.fragment(run_every=LOOK_SECONDS if live else None)
    def cost_line() -> None:
        if live:
            job.beat = time.monotonic()
            st.caption(sentences(cost, t("lab.cost_measuring")))
            if not job.live:
                st.rerun()
            return
        pace = PACES.get(key)
        estimate = "" if pace is None else t("lab.cost_estimate", seconds=f"{pace * steps:,.0f}")
        st.caption(sentences(cost, estimate))

    cost_line()


def measuring(current: AppState, request: Request) -> Job | None:
    """Return what measures the pace of a run, started if need be; None if it is known."""
    key, job = key_of(request), current.jobs.get(JOB)
    if key in PACES:
        return None
    if job is None or job.key != key:
        if job is not None:
            job.stop.set()
        first = models.RUNS / current.visitor / request.start_from / "model.safetensors"
        job = current.jobs[JOB] = Job(key, 1)
        QUEUE.start(job, lambda: measure(key, request, first if request.start_from else None))
    return job


def measure(key: Hashable, request: Request, first: Path | None) -> Iterator[float | None]:
    """Make a few steps of a run, with the weights that it begins with, and remember how long they took."""
    try:
        weights = None if first is None else checkpoint.load(first)[0].state_dict()
        found = seconds_a_step(request, weights)
    except (OSError, ValueError, RuntimeError):
        found = None  # a run that cannot begin says so when it is started
    while len(PACES) >= MOST_PACES:
        del PACES[next(iter(PACES))]
    PACES[key] = found
    yield found
