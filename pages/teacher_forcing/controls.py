"""The controls of "Teacher forcing": where which wrong token is written, and which model stands beside."""

import streamlit as st

from core.run import models
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import name_in
from pages.shared.browser.callbacks import rerun_own_fragment
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice, controlled
from pages.shared.widgets.tokens import LIKELIEST, MOST_LISTED, token_field
from pages.teacher_forcing.choices import PAIR_STEP, PURE, SCHEDULED, TeacherChoices, beside, others
from pages.teacher_forcing.feeds import Error, Ids, last_step, ranked


def teacher_controls(current: AppState, reference: Ids | None, error: Error | None) -> None:
    """Draw the step, the token and the other model."""
    spec = current.shown
    step, token, other = st.columns([3, 3, 4], gap="medium", vertical_alignment="bottom")
    last = last_step(spec, reference)
    with step:
        step_control(current, last, error)
    with token:
        token_control(current, spec, reference, error)
    with other:
        beside_control(current, spec.model)


def step_control(current: AppState, last: int, error: Error | None) -> None:
    """Draw the step of the wrong token; another step begins with the likeliest wrong token there."""
    choice(
        current, TeacherChoices, "at", lambda step: current.choose(TeacherChoices, at=step, wrong=""),
        value=0 if error is None else error.step + 1, max_value=max(1, last), disabled=last < 1,
    )  # fmt: skip


def token_control(current: AppState, spec: RunSpec, reference: Ids | None, error: Error | None) -> None:
    """Draw the choice among all wrong tokens at the step, the likeliest first."""
    vocab = models.catalogue()[spec.model].target_vocab
    found = [] if error is None else ranked(spec, reference, error.step)
    listed = found if len(vocab) <= MOST_LISTED else found[:LIKELIEST]
    likely = {token: share for token, share in found if (token, share) in listed or token == error.token}
    likeliest = found[0][0] if found else None

    def take(token: int | None) -> None:
        # When the options change under it, the browser may still send a token of the old ones, as its text.
        if token not in likely:
            return
        current.choose(TeacherChoices, wrong="" if token == likeliest else vocab.name(token))

    def named(token: int | None) -> str:
        if token is None:
            return t("teacher_forcing.no_token")
        key = "teacher_forcing.likeliest" if token == likeliest else "teacher_forcing.token"
        return t(key, token=name_in(vocab, token), share=f"{likely[token]:.2%}")

    def take_typed(token: int) -> None:
        current.choose(TeacherChoices, wrong="" if token == likeliest else vocab.name(token))

    controlled(
        st.selectbox, "wrong", None if error is None else error.token, take, options=list(likely) or [None],
        format_func=named, disabled=error is None,
    )  # fmt: skip
    if found:
        wrong = {token for token, _ in found}
        token_field(current, vocab, take_typed, [token for token in range(len(vocab)) if token not in wrong])


def beside_control(current: AppState, model: str) -> None:
    """Draw the choice of a second model, and the pair that differs in its training alone."""
    chosen = beside(current.chosen(TeacherChoices), model) or ""

    def titled(name: str) -> str:
        return title_of(name) if name else t("teacher_forcing.nothing_beside")

    def pair() -> None:
        current.borrow(PURE)
        current.choose(TeacherChoices, beside=SCHEDULED, at=PAIR_STEP, wrong="")

    offered = PURE in models.catalogue() and SCHEDULED in models.catalogue()
    shown = model == PURE and chosen == SCHEDULED
    model_place, button = st.columns([3, 2], vertical_alignment="bottom") if offered else (st.container(), None)
    with model_place:
        choice(current, TeacherChoices, "beside", options=["", *others(model)], format_func=titled)
    if button is not None:
        with button:
            label, about, key = t("control.pair_schedules"), t("help.pair_schedules"), "control-pair_schedules"
            st.button(label, help=about, on_click=rerun_own_fragment(pair), disabled=shown, key=key, width="stretch")
