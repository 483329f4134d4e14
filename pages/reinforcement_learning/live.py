"""Policy gradient here and now: a small model learns from what it draws, in a thread of its own, on a copy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

from core.evaluation.token_errors import token_error_rates
from core.figures.rewards import band_lines
from core.run import models
from core.run.titles import title_of
from core.tasks import get_task
from core.tasks.edit_distance import ErrorRates
from core.training.loop import train
from core.training.recipe import Recipe
from core.training.state import TrainingState
from pages.reinforcement_learning.choices import START, RewardChoices
from pages.shared import jobs
from pages.shared.state import AppState
from pages.shared.text import as_plain, t
from pages.shared.widgets.controls import choice

STEPS, EVERY, DEV = 60, 10, 20
RECIPE = {
    "steps": STEPS, "batch_tokens": 1000, "learning_rate": 1e-4, "warmup": 5, "decay": "constant", "average": 1,
    "bf16": False, "label_smoothing": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """Hold a step: what drawn and greedy outputs earned, the variance of the advantages, and, at times, the errors."""

    step: int
    reward: float | None = None
    baseline: float | None = None
    variance: float | None = None
    errors: ErrorRates | None = None


def live_view(current: AppState) -> None:
    """Draw the choice of reward and baseline, the button that trains, and the curves as they come to be."""
    if START not in models.catalogue():
        st.text(t("reinforcement_learning.no_start"))
        return
    left, right, _ = st.columns([3, 4, 8], gap="medium")
    with left:
        choice(current, RewardChoices, "reward")
    with right:
        choice(current, RewardChoices, "baseline")
    choices = current.chosen(RewardChoices)
    jobs.panel(
        current, "train_rewarded", key=(choices.reward, choices.baseline), total=STEPS + 1,
        work=work_for(choices.reward, choices.baseline), draw=draw_turns,
    )  # fmt: skip
    st.caption(
        t(
            "reinforcement_learning.live_caption",
            steps=STEPS,
            model=as_plain(title_of(START)),
            every=EVERY,
        )
    )
    st.page_link("pages/training_lab/page.py", label=t("reinforcement_learning.lab"), icon=":material/science:")


def work_for(kind: str, baseline: str) -> Callable[[], Iterator[Turn]]:
    """Return what trains a copy of the model before rewards; it runs in a thread of its own."""
    model, metadata = models.model(START), models.catalogue()[START]

    def work() -> Iterator[Turn]:
        task, vocabs = get_task(metadata.task), (metadata.source_vocab, metadata.target_vocab)
        dev = task.held_out("dev", DEV)
        recipe = Recipe(reward=kind, baseline=baseline, **RECIPE)
        state = TrainingState.new(metadata.task, metadata.config, recipe, model.state_dict())
        yield Turn(0, errors=token_error_rates(state.model.eval(), task, vocabs, dev))
        for step in train(state, task, *vocabs):
            errors = None
            if step.step % EVERY == 0:
                errors = token_error_rates(state.model.eval(), task, vocabs, dev)
                state.model.train()
            seen = step.rewarded
            yield Turn(step.step, seen.reward, seen.baseline, seen.variance, errors)

    return work


def draw_turns(turns: Sequence[Turn]) -> None:
    """Draw rewards and errors so far."""
    drawn, looks = [turn for turn in turns if turn.reward is not None], [turn for turn in turns if turn.errors]
    if not looks:
        return
    left, right = st.columns(2, gap="large")
    with left:
        series = {t("reinforcement_learning.curve_drawn"): [(turn.reward,) * 3 for turn in drawn]}
        if any(turn.baseline for turn in drawn):
            series[t("reinforcement_learning.curve_greedy")] = [(turn.baseline,) * 3 for turn in drawn]
        if drawn:
            steps = [turn.step for turn in drawn]
            figure = band_lines(
                steps, series, t("reinforcement_learning.axis_steps"), t("reinforcement_learning.axis_reward"), ".2f"
            )
            st.plotly_chart(figure, config={"displayModeBar": False}, key="rewards-live")
    with right:
        steps = [turn.step for turn in looks]
        series = {
            t("reinforcement_learning.curve_phones"): [(turn.errors.per,) * 3 for turn in looks],
            t("reinforcement_learning.curve_words"): [(turn.errors.wer,) * 3 for turn in looks],
        }
        figure = band_lines(
            steps, series, t("reinforcement_learning.axis_steps"), t("reinforcement_learning.axis_errors"), ".0%"
        )
        st.plotly_chart(figure, config={"displayModeBar": False}, key="rewards-live-errors")
    st.text(now(drawn, looks))


def now(drawn: Sequence[Turn], looks: Sequence[Turn]) -> str:
    """Say where the run has come to."""
    first, last = looks[0].errors, looks[-1].errors
    words = {"step": looks[-1].step, "words": last.words, "was": f"{first.per:.1%}", "per": f"{last.per:.1%}"}
    variance = f"{drawn[-1].variance:.4f}" if drawn else "–"
    return t("reinforcement_learning.live_now", variance=variance, **words)
