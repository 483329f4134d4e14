"""Teacher forcing: the same source decoded reference-fed and self-fed, and what one wrong token does to each."""

from core.run.runs import SWITCHES, is_finite, not_finite
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.teacher_forcing.choices import TeacherChoices, beside
from pages.teacher_forcing.controls import teacher_controls
from pages.teacher_forcing.feeds import error_of, feeds_of, plain, reference_of
from pages.teacher_forcing.messages import problems
from pages.teacher_forcing.sections import teacher_sections
from pages.teacher_forcing.view import feeding_payload, feeding_view


def teacher_forcing(current: AppState) -> list[str]:
    """Decode the source twice with each model, write the wrong token, and show both."""
    spec, choices = current.shown, current.chosen(TeacherChoices)
    other, messages = beside(choices, spec.model), problems(current.spec, spec, choices)
    if other is not None and not is_finite(plain(spec, other)):
        messages, other = [not_finite(other), *messages], None
    if not spec.config.autoregressive:
        teacher_sections(current, [])
        return messages
    reference = reference_of(spec)
    error = error_of(spec, reference, choices)
    teacher_controls(current, reference, error)
    chosen = [spec.model, *filter(None, [other])]
    blocks = [(model, feeds_of(spec, model, reference, error)) for model in chosen]
    feeding_view(feeding_payload(spec, blocks, reference, error), current)
    teacher_sections(current, blocks)
    return messages


page = Page("teacher_forcing", TeacherChoices)
page.source_bar()
page.draw(teacher_forcing, switches=[name for name in SWITCHES if name != "teacher"])
