"""Below the rows of "Teacher forcing": evidence, the loss in numbers, schedules, a measurement, code, a question."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.decoding import decode
from core.evaluation.error_injection import back_after, damage, likeliest_wrong
from core.run.notebook import notebook_lines
from core.training.loss import cross_entropy
from core.training.scheduled_sampling import mix_tokens, reference_share
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import t
from pages.teacher_forcing.choices import TeacherChoices
from pages.teacher_forcing.evidence import exposure_evidence
from pages.teacher_forcing.feeds import Feed
from pages.teacher_forcing.measure import measure
from pages.teacher_forcing.schedule import schedule

Blocks = Sequence[tuple[str, Sequence[Feed]]]
MOST_TERMS, A_LINE = 12, 6


def teacher_sections(current: AppState, blocks: Blocks) -> None:
    """Draw the section that is chosen; without rows, there is nothing to measure and no loss to write out."""
    drawn = {
        "exposure": exposure_evidence,
        "formula": lambda: formula(blocks),
        "schedule": lambda: schedule(current),
        "inject": lambda: measure(current, tuple(model for model, _ in blocks)) if blocks else nothing(),
        "code": lambda: sections.code(
            decode,
            likeliest_wrong,
            damage,
            back_after,
            cross_entropy,
            reference_share,
            mix_tokens,
            notebook=notebook_lines(replace(current.shown, teacher=bool(current.shown.reference.strip()))),
        ),
        "question": lambda: sections.question("teacher_forcing_question"),
    }
    sections.sections(current, TeacherChoices, drawn)


def nothing() -> None:
    """Say that there are no rows to speak of."""
    st.text(t("teacher_forcing.no_rows"))


def formula(blocks: Blocks) -> None:
    """Write the loss of both rows of the first model with the numbers on screen."""
    if not blocks or blocks[0][1][0].reference is None:
        st.text(t("teacher_forcing.no_loss"))
        return
    left, right = st.columns(2, gap="large")
    for place, feed in zip((left, right), blocks[0][1], strict=True):
        with place:
            st.markdown(f"**{t(f'teacher_forcing.row_{feed.kind}')}**")
            st.latex(GENERAL[feed.kind])
            st.latex(loss_formula(feed))
    st.caption(t("teacher_forcing.formula_caption"))


GENERAL = {
    "fed": r"L=-\frac{1}{T}\sum_{t=1}^{T}\log p\left(y_t\mid y_1,\dots,y_{t-1},x\right)",
    "own": r"L=-\frac{1}{T}\sum_{t=1}^{T}\log p\left(y_t\mid \hat y_1,\dots,\hat y_{t-1},x\right)",
}


def loss_formula(feed: Feed) -> str:
    """Write the mean loss of a row as the sum that it is, cut off after a dozen terms."""
    losses = [loss for loss in (feed.loss(place) for place in range(len(feed.steps))) if loss is not None]
    terms = [f"{loss:.2f}" for loss in losses[:MOST_TERMS]] + [r"\dots"] * (len(losses) > MOST_TERMS)
    lines = ["+".join(terms[start : start + A_LINE]) for start in range(0, len(terms), A_LINE)]
    added = r"\\&+".join(lines)
    count, mean = len(losses), sum(losses) / len(losses)
    return rf"\begin{{aligned}}L=\tfrac{{1}}{{{count}}}\big(&{added}\big)\\={mean:.3f}&\end{{aligned}}"
