"""The three decays of scheduled sampling, with sliders, and their formulas with these numbers."""

import streamlit as st

from core.figures.schedules import decay_curves
from core.training.scheduled_sampling import reference_share
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice
from pages.teacher_forcing.choices import UPDATES, TeacherChoices

POINTS = 10


def schedule(current: AppState) -> None:
    """Draw the sliders, the curves and the formulas."""
    controls, curves, formulas = st.columns([2, 4, 4], gap="large")
    with controls:
        for name in ("slope", "floor", "base", "bend", "update"):
            choice(current, TeacherChoices, name)
    choices = current.chosen(TeacherChoices)
    recipes = choices.recipes()
    steps = range(0, UPDATES + 1, POINTS)
    shares = {
        t(f"teacher_forcing.decay_{name}"): [reference_share(recipe, step) for step in steps]
        for name, recipe in recipes.items()
    }
    with curves:
        figure = decay_curves(steps, shares, t("teacher_forcing.updates"), t("teacher_forcing.epsilon"), choices.update)
        st.plotly_chart(figure, config={"displayModeBar": False})
    with formulas:
        for name, recipe in recipes.items():
            st.latex(share_formula(name, choices, reference_share(recipe, choices.update)))
        st.caption(t("teacher_forcing.schedule_caption"))


def share_formula(name: str, choices: TeacherChoices, share: float) -> str:
    """Write a decay with the sliders' numbers and what it comes to."""
    i, k = choices.update, choices.bend
    formulas = {
        "linear": (r"\varepsilon_i=\max(\epsilon,\,k-c\,i)", rf"\max({choices.floor:g},\,1-{choices.slope:g}\cdot{i})"),
        "exponential": (r"\varepsilon_i=k^i", rf"{choices.base:g}^{{{i}}}"),
        "inverse_sigmoid": (
            r"\varepsilon_i=\frac{k}{k+e^{i/k}}", rf"\frac{{{k}}}{{{k}+e^{{{i}/{k}}}}}",
        ),
    }  # fmt: skip
    general, numbers = formulas[name]
    named = rf"\text{{{t(f'teacher_forcing.decay_{name}')}{t('text.colon')}}}"
    return rf"\begin{{aligned}}{named}\quad {general}\\[2pt]={numbers}={share:.3f}\end{{aligned}}"
