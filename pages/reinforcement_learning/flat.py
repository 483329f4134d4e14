"""Why not simply differentiate: one weight moved, the argmax output in stairs, the expected reward in a curve."""

import numpy as np
import streamlit as st

from core.analysis.rewards.flat_reward import BiasSweep
from core.figures.rewards import stairs
from core.run import models
from core.run.tokens import name_in
from pages.reinforcement_learning.choices import FURTHEST, RewardChoices
from pages.reinforcement_learning.draws import FRESH, OFFSETS, SampleRequest, sweep_of, text_of, tokens_that_matter
from pages.shared.state import AppState
from pages.shared.text import as_output, minus, t, table
from pages.shared.widgets.controls import choice

STEP = 2 * FURTHEST / (OFFSETS - 1)
STILL = 1e-9


def flat_view(current: AppState, asked: SampleRequest) -> None:
    """Draw both rewards and their slopes over one bias, and what stands at the chosen place."""
    flat_controls(current, asked)
    found = sweep_of(asked, token_of(current, asked))
    place = round((current.chosen(RewardChoices).shift + FURTHEST) / STEP)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown(f"**{verdict(found)}**")
        titles = tuple(
            t(f"reinforcement_learning.flat_{name}") for name in ("axis", "reward", "slope", "argmax", "expected")
        )
        flat = [None if slope else 0.0 for slope in slopes_of(found)]
        figure = stairs(
            found.offsets.tolist(), found.steps.tolist(), found.expected.tolist(), (flat, found.slopes.tolist()),
            float(found.offsets[place]), titles,
        )  # fmt: skip
        st.plotly_chart(figure, config={"displayModeBar": False}, key="rewards-flat")
    with right:
        head = ["", t("reinforcement_learning.flat_argmax"), t("reinforcement_learning.flat_expected")]
        st.markdown(table(head, read_off(found, place)))
        st.markdown(
            t("reinforcement_learning.flat_writes", output=as_output(text_of(asked.model, found.greedy[place]) or "∅"))
        )
        words = {"outputs": FRESH, "covered": f"{float(found.covered[place]):.0%}"}
        st.caption(t("reinforcement_learning.flat_caption", **words))


def token_of(current: AppState, asked: SampleRequest) -> int:
    """Return the token whose bias is moved: the one chosen, or one that matters here."""
    offered = tokens_that_matter(asked)
    chosen = {name_of(asked, token): token for token in offered}
    return chosen.get(current.chosen(RewardChoices).token, offered[0])


def name_of(asked: SampleRequest, token: int) -> str:
    """Return what a token is called."""
    return models.catalogue()[asked.model].target_vocab.name(token)


def seen_name(asked: SampleRequest, token: int) -> str:
    """Return a token as it looks on screen, if it is a piece of a word."""
    vocab = models.catalogue()[asked.model].target_vocab
    return name_in(vocab, token) if vocab.cuts_words else vocab.name(token)


def flat_controls(current: AppState, asked: SampleRequest) -> None:
    """Draw what is rewarded, what was drawn, the choice of a token and by how much its bias is moved."""
    kind, seed, token, shift = st.columns([3, 2, 4, 8], gap="medium")
    with kind:
        choice(current, RewardChoices, "reward")
    with seed:
        choice(current, RewardChoices, "seed")
    with token:
        names = {name_of(asked, each): seen_name(asked, each) for each in tokens_that_matter(asked)}
        choice(
            current, RewardChoices, "token", value=name_of(asked, token_of(current, asked)), options=list(names),
            format_func=names.__getitem__,
        )  # fmt: skip
    with shift:
        choice(current, RewardChoices, "shift", value=round(current.chosen(RewardChoices).shift, 1), step=STEP)


def slopes_of(found: BiasSweep) -> np.ndarray:
    """Return the finite differences of the argmax output's reward, from place to place. Shapes: → [O]"""
    slopes = np.gradient(found.steps.numpy(), found.offsets.numpy())
    return np.where(np.abs(slopes) > STILL, slopes, 0.0)


def jumps_of(found: BiasSweep) -> int:
    """Count the places where the argmax output's reward changes."""
    return int((found.steps.diff().abs() > STILL).sum())


def verdict(found: BiasSweep) -> str:
    """Say at how many places the stairs rise or fall, and that the curve slopes everywhere."""
    jumps = jumps_of(found)
    sloping = int((found.slopes.abs() > STILL).sum())
    return t(
        f"reinforcement_learning.flat_verdict_{'jumps' if jumps else 'still'}", jumps=jumps, places=OFFSETS - 1,
        sloping=sloping,
        offsets=OFFSETS,
    )  # fmt: skip


def read_off(found: BiasSweep, place: int) -> list[list[str]]:
    """Return rewards and slopes at one place, as rows of a table."""
    curve = np.gradient(found.expected.numpy(), found.offsets.numpy())[place]
    slope = slopes_of(found)[place]
    rewarded = (f"{float(rewards[place]):.4f}" for rewards in (found.steps, found.expected))
    return [
        [t("reinforcement_learning.flat_reward"), *map(minus, rewarded)],
        [t("reinforcement_learning.flat_difference"), minus(f"{slope:+.4f}") if slope else "0", minus(f"{curve:+.4f}")],
        [
            t("reinforcement_learning.flat_formula"),
            t("reinforcement_learning.flat_no_slope"),
            minus(f"{float(found.slopes[place]):+.4f}"),
        ],
    ]
