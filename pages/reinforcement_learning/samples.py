"""Drawn outputs, their rewards, and by how much these are more or less than the baseline."""

import streamlit as st

from core.analysis.rewards.gradient_estimate import Draws
from core.figures.rewards import signed_bars
from core.vocab import END
from pages.reinforcement_learning.controls import draw_controls, take_start_button
from pages.reinforcement_learning.draws import SampleRequest, draws_of, noise_of, text_of
from pages.shared.state import AppState
from pages.shared.text import as_output, minus, t, table

MOST_ROWS = 12


def samples_view(current: AppState, asked: SampleRequest) -> None:
    """Draw the outputs with their advantages, and beside them what the baseline is good for."""
    st.caption(t("reinforcement_learning.samples_explained"))
    draw_controls(current)
    draws = draws_of(asked)
    left, right = st.columns([5, 3], gap="large")
    with left:
        st.markdown(f"**{verdict(draws)}**")
        figure = signed_bars(
            texts(asked, draws), draws.baseline, rewards(draws), signs(draws), columns(draws),
            (t("reinforcement_learning.axis_reward"),
             t("reinforcement_learning.line_baseline", baseline=f"{draws.baseline:.2f}")),
        )  # fmt: skip
        with st.container(key="wide-chart-samples"):
            st.plotly_chart(figure, config={"displayModeBar": False}, key="rewards-samples")
        st.caption(t("reinforcement_learning.samples_caption", **counts(draws)))
    with right:
        beside(current, asked, draws)


def beside(current: AppState, asked: SampleRequest, draws: Draws) -> None:
    """Write the greedy output, and mean and variance with and without the baseline."""
    st.markdown(t("reinforcement_learning.greedy_writes", output=as_output(text_of(asked.model, draws.greedy) or "∅"),
                  reward=f"{draws.greedy_reward:.2f}"))  # fmt: skip
    head = [t(f"reinforcement_learning.column_{name}") for name in ("of", "plain", "greedy")]
    st.markdown(table(head, spread_rows(asked, draws)))
    without, less = noise_of(asked)
    if not float(draws.advantages.abs().max()):
        st.text(t("reinforcement_learning.nothing_to_learn"))
        take_start_button(current)
        return
    quieter = less.variance < without.variance
    least, most = sorted((less.variance, without.variance))
    times = f"{most / least:,.2g}" if least and most / least < 100 else f"{most / least:,.0f}" if least else "∞"
    st.caption(t(f"reinforcement_learning.noise_{'less' if quieter else 'more'}", times=times))


def spread_rows(asked: SampleRequest, draws: Draws) -> list[list[str]]:
    """Return mean and variance of what weighs ∇ log p, and the variance of the gradient, for both baselines."""
    without, less = noise_of(asked)
    mean = float(draws.shares @ draws.rewards)
    variance = float(draws.shares @ (draws.rewards - mean).square())
    return [
        [t("reinforcement_learning.row_mean"), f"{mean:.4f}", minus(f"{mean - draws.greedy_reward:+z.4f}")],
        [t("reinforcement_learning.row_variance"), f"{variance:.4f}", f"{variance:.4f}"],
        [t("reinforcement_learning.row_noise"), f"{without.variance:,.4g}", f"{less.variance:,.4g}"],
    ]


def verdict(draws: Draws) -> str:
    """Say in a sentence how many of the drawn outputs become likelier, and how many less likely."""
    found = counts(draws)
    return t(f"reinforcement_learning.verdict_{'some' if found['up'] or found['down'] else 'none'}", **found)


def counts(draws: Draws) -> dict[str, int]:
    """Count what was drawn, by the sign of the advantage, and what is shown of it."""
    of = {name: int(draws.counts[chosen].sum()) for name, chosen in
          (("up", draws.advantages > 0), ("down", draws.advantages < 0), ("even", draws.advantages == 0))}  # fmt: skip
    outputs = len(draws.outputs)
    return of | {"draws": len(draws.samples.outputs), "outputs": outputs, "shown": min(MOST_ROWS, outputs)}


def texts(asked: SampleRequest, draws: Draws) -> list[str]:
    """Return the outputs that are shown as text; one that was cut off ends in …"""
    shown = draws.outputs[:MOST_ROWS]
    return [text_of(asked.model, output) + ("" if output[-1] == END else " …") for output in shown]


def rewards(draws: Draws) -> list[float]:
    """Return the rewards that are shown."""
    return draws.rewards[:MOST_ROWS].tolist()


def signs(draws: Draws) -> list[float]:
    """Return the advantages that are shown."""
    return draws.advantages[:MOST_ROWS].tolist()


def columns(draws: Draws) -> dict[str, list[str]]:
    """Return the numbers beside the bars."""
    shown = slice(MOST_ROWS)
    return {
        t("reinforcement_learning.column_drawn"): [f"×{count:.0f}" for count in draws.counts[shown].tolist()],
        t("reinforcement_learning.column_log_prob"): [
            minus(f"{number:z.2f}") for number in draws.log_probs[shown].tolist()
        ],
        t("reinforcement_learning.column_earns"): [minus(f"{number:z.2f}") for number in rewards(draws)],
        t("reinforcement_learning.column_advantage"): [
            minus(f"{number:+z.2f}") if number else "0" for number in signs(draws)
        ],
    }
