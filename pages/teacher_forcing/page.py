"""Teacher forcing: the same source decoded reference-fed and self-fed, and what one wrong token does to each."""

import streamlit as st

from pages.shared import frame
from pages.shared.run import models
from pages.shared.run.runs import SWITCHES, is_finite, not_finite
from pages.teacher_forcing.choices import TeacherChoices, beside
from pages.teacher_forcing.controls import teacher_controls
from pages.teacher_forcing.feeds import error_of, feeds_of, plain, reference_of
from pages.teacher_forcing.said import problems
from pages.teacher_forcing.sections import teacher_sections
from pages.teacher_forcing.view import feeding_payload, feeding_view

current, look_place, run_place = frame.begin("teacher_forcing", TeacherChoices)
frame.source_bar(current)


@st.fragment
def feeding() -> None:
    """Decode the source twice with each model, write the wrong token, and show both."""
    said = frame.run_to_show(current)
    spec, choices = current.shown, current.chosen(TeacherChoices)
    other = beside(choices, spec.model)
    if other is not None and not is_finite(plain(spec, other)):
        said, other = [*said, not_finite(other)], None
    frame.problems(current.problems + said + problems(current.spec, spec, choices))
    if models.catalogue()[spec.model].config.autoregressive:
        reference = reference_of(spec)
        error = error_of(spec, reference, choices)
        teacher_controls(current, reference, error)
        chosen = [spec.model, *filter(None, [other])]
        blocks = [(model, feeds_of(spec, model, reference, error)) for model in chosen]
        feeding_view(feeding_payload(spec, blocks, reference, error), current)
        teacher_sections(current, blocks)
    else:
        teacher_sections(current, [])
    with run_place:
        frame.run_controls(current, [name for name in SWITCHES if name != "teacher"])
    frame.finish(current)


feeding()
