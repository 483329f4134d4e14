"""The controls of "Reinforcement learning": what counts, against what, and how much is drawn."""

import streamlit as st

from pages.reinforcement_learning.choices import FIRST, RewardChoices
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice, pressed


def draw_controls(current: AppState) -> None:
    """Draw what decides what is drawn and what it earns, and for the step its rate."""
    names = "reward", "seed", "baseline", "draws", "rate"
    for name, place in zip(names, st.columns([3, 2, 4, 4, 4], gap="medium"), strict=True):
        if name != "rate" or current.chosen(RewardChoices).show == "step":
            with place:
                choice(current, RewardChoices, name)


def take_start_button(current: AppState) -> None:
    """Offer the model that has something to learn."""
    if FIRST.is_there:
        pressed("take_start", lambda: FIRST.show(current))
