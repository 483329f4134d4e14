"""The controls of "Rewards": what counts, against what, and how much is drawn."""

import streamlit as st

from pages.rewards.choices import (
    BASELINES,
    KINDS,
    RATES,
    START,
    RewardChoices,
    take_start,
)
from pages.shared.run import models
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import controlled, pressed


def word_control(current: AppState, name: str, options: tuple[str, ...]) -> None:
    """Draw the choice between a few words."""
    controlled(
        st.segmented_control, f"rewards_{name}", getattr(current.chosen(RewardChoices), name),
        lambda value: current.choose(RewardChoices, **{name: value}), options=options, required=True,
        format_func=lambda value: t(f"rewards.{name}_{value}"),
    )  # fmt: skip


def seed_control(current: AppState) -> None:
    """Draw the choice of what is drawn by chance."""
    controlled(
        st.number_input, "rewards_seed", current.chosen(RewardChoices).seed,
        lambda seed: current.choose(RewardChoices, seed=seed), **RewardChoices.bounds("seed"),
    )  # fmt: skip


def draw_controls(current: AppState) -> None:
    """Draw what decides what is drawn and what it earns, and for the step its rate."""
    choices = current.chosen(RewardChoices)
    kind, seed, baseline, draws, rate = st.columns([3, 2, 4, 4, 4], gap="medium")
    with kind:
        word_control(current, "reward", KINDS)
    with seed:
        seed_control(current)
    with baseline:
        word_control(current, "baseline", BASELINES)
    with draws:
        controlled(
            st.slider, "rewards_draws", choices.draws, lambda count: current.choose(RewardChoices, draws=count),
            **RewardChoices.bounds("draws"),
        )  # fmt: skip
    if choices.show == "step":
        with rate:
            controlled(
                st.select_slider, "rewards_rate", choices.rate,
                lambda rate: current.choose(RewardChoices, rate=rate), options=RATES,
            )  # fmt: skip


def take_start_button(current: AppState) -> None:
    """Offer the model that has something to learn."""
    if START not in models.catalogue():
        return
    pressed("take_start", lambda: take_start(current))
