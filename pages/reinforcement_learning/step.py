"""One step of policy gradient on this example, made on a copy: what it did to each drawn output and to the rest."""

import streamlit as st

from core.analysis.rewards.gradient_estimate import Draws
from core.figures.rewards import signed_bars
from pages.reinforcement_learning.choices import RewardChoices
from pages.reinforcement_learning.controls import draw_controls, take_start_button
from pages.reinforcement_learning.draws import FRESH, SampleRequest, StepOutcome, draws_of, step_of, text_of
from pages.reinforcement_learning.samples import MOST_ROWS, counts, signs, texts
from pages.shared.state import AppState
from pages.shared.text import as_output, minus, powers, t, table


def step_view(current: AppState, asked: SampleRequest) -> None:
    """Draw how the log-probability of each drawn output changed, and the expected reward before and after."""
    draw_controls(current)
    draws, rate = draws_of(asked), current.chosen(RewardChoices).rate
    found = step_of(asked, rate)
    left, right = st.columns([5, 3], gap="large")
    with left:
        st.markdown(f"**{verdict(found)}**")
        figure = signed_bars(
            texts(asked, draws), 0.0, changes(draws, found), signs(draws), columns(draws, found),
            (t("reinforcement_learning.axis_change"), t("reinforcement_learning.line_before")),
        )  # fmt: skip
        with st.container(key="wide-chart-step"):
            st.plotly_chart(figure, config={"displayModeBar": False}, key="rewards-step")
        st.caption(t("reinforcement_learning.step_caption", **counts(draws)))
    with right:
        head = [t(f"reinforcement_learning.column_{name}") for name in ("of_step", "before", "after")]
        st.markdown(table(head, before_and_after(draws, found)))
        for name, output in (("before", draws.greedy), ("after", found.greedy)):
            st.markdown(
                t(f"reinforcement_learning.greedy_{name}", output=as_output(text_of(asked.model, output) or "∅"))
            )
        st.caption(t("reinforcement_learning.copy_caption", rate=rate, norm=f"{found.norm:.3g}", fresh=FRESH))
        if not found.norm:
            st.text(t("reinforcement_learning.nothing_to_learn"))
            take_start_button(current)


def changes(draws: Draws, found: StepOutcome) -> list[float]:
    """Return by how much the log-probabilities that are shown changed."""
    return (found.log_probs - draws.log_probs)[:MOST_ROWS].tolist()


def columns(draws: Draws, found: StepOutcome) -> dict[str, list[str]]:
    """Return the numbers beside the bars."""
    shown = slice(MOST_ROWS)
    return {
        t("reinforcement_learning.column_advantage"): [
            minus(f"{number:+.2f}") if number else "0" for number in signs(draws)
        ],
        t("reinforcement_learning.column_p_before"): [percent(p) for p in draws.log_probs[shown].exp().tolist()],
        t("reinforcement_learning.column_p_after"): [percent(p) for p in found.log_probs[shown].exp().tolist()],
    }


def percent(share: float) -> str:
    """Write a probability so that small ones can be told from 0."""
    return f"{share:.1%}" if share >= 0.001 or not share else powers(f"{share:.0e}")


def verdict(found: StepOutcome) -> str:
    """Say what the step did to the expected reward, beyond what its estimate can tell or not."""
    change = found.after.mean - found.before.mean
    if not found.norm:
        return t("reinforcement_learning.step_none")
    clear = abs(change) > 2 * (found.before.error**2 + found.after.error**2) ** 0.5
    which = ("more" if change > 0 else "less") if clear else "same"
    return t(f"reinforcement_learning.step_{which}", change=minus(f"{change:+.3f}"))


def before_and_after(draws: Draws, found: StepOutcome) -> list[list[str]]:
    """Return what the step changed, as rows of a table."""
    p = [float(log_probs.exp().sum()) for log_probs in (draws.log_probs, found.log_probs)]
    return [
        [
            t("reinforcement_learning.row_expected"),
            *(f"{one.mean:.3f} ± {one.error:.3f}" for one in (found.before, found.after)),
        ],
        [
            t("reinforcement_learning.row_greedy"),
            *(f"{reward:.2f}" for reward in (draws.greedy_reward, found.greedy_reward)),
        ],
        [t("reinforcement_learning.row_covered"), *(percent(share) for share in p)],
    ]
