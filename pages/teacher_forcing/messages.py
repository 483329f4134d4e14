"""A sentence about each of the rows of "Teacher forcing"."""

from core.evaluation.error_injection import back_after, damage
from core.run import models
from core.run.runs import RunSpec
from core.run.titles import title_of
from pages.shared.text import t
from pages.shared.url.params import shortened
from pages.teacher_forcing.choices import TeacherChoices
from pages.teacher_forcing.feeds import Feed, error_of, reference_of


def sentence(feed: Feed) -> str:
    """Say what became of a row."""
    if feed.reference is None:
        return t("teacher_forcing.no_reference_row")
    if feed.error is None:
        return clean(feed)
    if not feed.reached:
        return t("teacher_forcing.ended_before", step=feed.error.step + 1)
    return after_fed(feed) if feed.kind == "fed" else after_own(feed)


def clean(feed: Feed) -> str:
    """Say how much of a row without an error is right."""
    right = sum(feed.right(place) is True for place in range(len(feed.steps)))
    return t("teacher_forcing.clean", right=right, places=len(feed.reference))


def after_fed(feed: Feed) -> str:
    """Say how many predictions after the error are wrong, the reference being read again."""
    later = range(feed.error.step + 1, len(feed.steps))
    wrong = [place for place in later if not feed.right(place)]
    if not wrong:
        return t("teacher_forcing.fed_right", places=len(later))
    if len(wrong) == 1:
        return t("teacher_forcing.fed_wrong_one", places=len(later))
    return t("teacher_forcing.fed_wrong", wrong=len(wrong), places=len(later))


def after_own(feed: Feed) -> str:
    """Say whether a decoder that reads its own output recovers, and what the error cost beyond itself."""
    further = damage(feed.written, feed.reference)
    back = back_after(feed.written, feed.reference, feed.error.step)
    if further == 0:
        elsewhere = [place for place in range(len(feed.steps)) if place != feed.error.step and not feed.right(place)]
        if not elsewhere:
            return t("teacher_forcing.recovered")
        way = "later" if len(feed.written) > len(feed.reference) else "earlier"
        return t(f"teacher_forcing.recovered_{way}", places=len(elsewhere))
    if back is None:
        return t("teacher_forcing.never", damage=further)
    return t("teacher_forcing.back", tokens=back, damage=further)


def problems(asked: RunSpec, shown: RunSpec, choices: TeacherChoices) -> list[str]:
    """Say what of the shared run and of the choices this page cannot follow."""
    metadata = models.catalogue()[shown.model]
    if not metadata.config.autoregressive:
        return [t("teacher_forcing.reads_nothing", model=title_of(shown.model))]
    messages = []
    reference = reference_of(shown)
    if asked.forced and not asked.teacher:
        messages.append(t("teacher_forcing.forced"))
    if reference is None and not asked.teacher and not asked.reference.strip():
        messages.append(t("teacher_forcing.no_reference"))
    error = error_of(shown, reference, choices)
    if choices.wrong and error is not None and metadata.target_vocab.name(error.token) != choices.wrong:
        messages.append(t("teacher_forcing.not_wrong", token=shortened(choices.wrong), step=error.step + 1))
    if choices.beside and choices.beside not in models.catalogue():
        messages.append(t("teacher_forcing.no_such_model", got=shortened(choices.beside)))
    return messages
