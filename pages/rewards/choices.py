"""What "Rewards" lets one choose: a view, the reward and its baseline, how much is drawn, the step, a weight."""

from dataclasses import dataclass

import streamlit as st

from pages.shared.run import models
from pages.shared.state import AppState, first_spec
from pages.shared.url.fields import Choices, decimal, typed, whole, word

SHOWS = ("samples", "step", "flat", "training", "live")
READ_THE_SOURCE = SHOWS[:3]
SECTIONS = ("formula", "code", "measured", "question")
KINDS = ("edit", "exact")
BASELINES = ("greedy", "none")
RATES = ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3")
USUAL_RATE = "0.03"
LEAST_DRAWS, MOST_DRAWS, LARGEST_SEED = 2, 32, 999
FURTHEST = 6.0
WAYS = ("edit", "control")
START, FIRST_SOURCE = "rewarded-start", "imagination"


@dataclass(frozen=True, kw_only=True)
class RewardChoices(Choices):
    """Say which view is shown; `token` is the one whose bias is moved (none: one that matters), by `shift`."""

    show: str = word(*SHOWS)
    reward: str = word(*KINDS)
    baseline: str = word(*BASELINES)
    draws: int = whole(16, least=LEAST_DRAWS, most=MOST_DRAWS)
    seed: int = whole(1, least=0, most=LARGEST_SEED)
    rate: str = word(USUAL_RATE, *(rate for rate in RATES if rate != USUAL_RATE))
    token: str = typed("", longest=24)
    shift: float = decimal(0.0, least=-FURTHEST, most=FURTHEST)
    section: str = word(*SECTIONS)


def take_start(current: AppState) -> None:
    """Take the model that has something to learn, with a word that it is not sure of."""
    current.choose_model(START)
    current.read_source(FIRST_SOURCE)


def use_learnable_default(current: AppState) -> None:
    """On a first visit, before anything was chosen, take a model that is unsure: a sure one shows no advantages."""
    chosen = {"model", "source"} & set(st.query_params)
    if current.page != "rewards" and not chosen and current.spec == first_spec() and START in models.catalogue():
        take_start(current)
