"""Below the view of "Reinforcement learning": the estimate with this example's numbers, code, evidence, a question."""

import streamlit as st

from core.analysis.rewards.flat_reward import greedy_by_offset, log_probs_by_offset, move_bias
from core.analysis.rewards.gradient_estimate import Draws, expected_reward, gradient_noise, one_step
from core.run.titles import title_of
from core.tasks.edit_distance import edit_distance
from core.training.loop import update
from core.training.loss import Objective
from core.training.rewards import draw_samples, policy_loss, reward_of, sequence_log_probs, upto_end
from pages.reinforcement_learning.choices import RewardChoices
from pages.reinforcement_learning.draws import SampleRequest, draws_of
from pages.reinforcement_learning.evidence import rewarding_evidence
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import as_plain, t

RAN = {
    "samples": (reward_of, draw_samples, policy_loss, sequence_log_probs, gradient_noise),
    "step": (policy_loss, sequence_log_probs, one_step, expected_reward),
    "flat": (move_bias, log_probs_by_offset, greedy_by_offset, reward_of),
    "training": (draw_samples, policy_loss, Objective, update),
    "live": (draw_samples, policy_loss, Objective, update),
}
MOST_TERMS = 2


def reward_sections(current: AppState, asked: SampleRequest | None) -> None:
    """Draw the section that is chosen; `asked` is what was drawn, None where nothing was."""
    choices = current.chosen(RewardChoices)
    drawn = {
        "formula": lambda: formula(asked),
        "code": lambda: sections.code(*RAN[choices.show]),
        "measured": lambda: rewarding_evidence(errors=choices.show != "training"),
        "question": lambda: sections.question("reinforcement_learning_question"),
    }
    sections.sections(current, RewardChoices, drawn)


def formula(asked: SampleRequest | None) -> None:
    """Write reward, gradient and loss, and with something drawn their numbers."""
    left, right = st.columns([2, 3], gap="large")
    draws = None if asked is None else draws_of(asked)
    with left:
        reward_formula(asked, draws)
    with right:
        loss_formula(draws)
    if asked is None:
        st.caption(t("reinforcement_learning.formula_none"))
    else:
        title = as_plain(title_of(asked.model))
        words = {"model": title, "shown": min(MOST_TERMS, len(draws.outputs))}
        st.caption(t("reinforcement_learning.formula_caption", **words))


def reward_formula(asked: SampleRequest | None, draws: Draws | None) -> None:
    """Write the reward; the numbers are those of the likeliest drawn output and of the greedy one."""
    exact = asked is not None and asked.kind == "exact"
    st.latex(r"R(y)=[\,y=y^*\,]" if exact else rf"R(y)=1-\frac{{\text{{{t('math.edits')}}}(y,\,y^*)}}{{|y^*|}}")
    if draws is not None:
        for name, output, reward in (
            (r"R(y_1)", draws.outputs[0], float(draws.rewards[0])),
            (r"R(\hat y)", draws.greedy, draws.greedy_reward),
        ):
            edits, length = edit_distance(upto_end(output), asked.reference), max(1, len(asked.reference))
            st.latex(f"{name}={reward:.0f}" if exact else rf"{name}=1-\frac{{{edits}}}{{{length}}}={reward:.4f}")
        b = r"0" if asked.baseline == "none" else r"R(\hat y)"
        st.latex(rf"b={b}={draws.baseline:.4f}" if asked.baseline == "greedy" else "b=0")
    else:
        st.latex(rf"b=R(\hat y),\qquad \hat y=\text{{{t('math.argmax')}}}")


def loss_formula(draws: Draws | None) -> None:
    """Write the gradient and the loss that has it, with the terms of the likeliest outputs."""
    st.latex(r"\nabla\,\mathbb{E}_{y\sim p}\,R(y)=\mathbb{E}_{y\sim p}\big[(R(y)-b)\,\nabla\log p(y)\big]")
    st.latex(r"L=-\frac1N\sum_{i=1}^{N}(R(y_i)-b)\,\log p(y_i)")
    if draws is None:
        return
    count = len(draws.samples.outputs)
    each = list(zip(draws.counts.tolist(), draws.advantages.tolist(), draws.log_probs.tolist(), strict=True))
    terms = [rf"{n:.0f}\cdot({a:+z.3f})\cdot({p:z.3f})" for n, a, p in each[:MOST_TERMS]]
    more = r"+\dots" if len(each) > MOST_TERMS else ""
    loss = -sum(n * a * p for n, a, p in each) / count
    st.latex(rf"L=-\tfrac1{{{count}}}\big[{'+'.join(terms)}{more}\big]={loss:z.4f}")
