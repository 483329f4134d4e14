"""Sentences about a source and an output that may mislead: what the model really reads, and what to doubt."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.screen.texts import listed, t
from core.tasks import Task
from core.tasks.dates import Dates
from core.tasks.doubts.dates import certain_day, date_doubts
from core.tasks.doubts.outputs import repeats_itself
from core.tasks.folding import changes, looks_alike
from core.tasks.spelling import Spelling, shipped_words
from core.tasks.spelling_corrections import CORRECTIONS
from core.tasks.typed_dates import has_kinds


def source_notices(task: Task, source: str, training: Mapping[str, Any]) -> list[str]:
    """Say what of a source is changed, is longer than any of the model's training, or is no good source of its task.

    `training` is what the model's checkpoint says of that.
    """
    lengthy = length_notice(task, source, training.get("longest_source"))
    found = [notice for notice in (read_notice(task, source), lengthy) if notice]
    if isinstance(task, Spelling) and (word := task.source_text(task.source_tokens(source))) in CORRECTIONS:
        found.append(t("doubt.dictionary", entry=shipped_words()[word].references[0], corrected=CORRECTIONS[word]))
    if isinstance(task, Dates):
        doubts = date_doubts(source, has_kinds(training.get("data", "")))
        found += [t(f"doubt.{doubt.kind}", **doubt.values) for doubt in doubts]
    return found


def read_notice(task: Task, source: str) -> str | None:
    """Say what is read of a source where that looks otherwise than what was typed, and what was changed."""
    typed = source.strip()
    read = task.source_text(task.source_tokens(typed))
    if looks_alike(typed, read):
        return None
    changed = listed(t(f"doubt.change_{kind}") for kind in changes(typed, read))
    return t("doubt.read_as_changed", read=read, changed=changed) if changed else t("doubt.read_as", read=read)


def length_notice(task: Task, source: str, longest: int | None) -> str | None:
    """Say that a source is longer than any that training passed, where that is known."""
    length = len(task.source_tokens(source))
    if longest is None or length <= longest:
        return None
    return t("decode.longer_than_trained", length=length, longest=longest)


def output_notices(task: Task, source: str, reference: str, tokens: Sequence[str], is_cut: bool) -> list[str]:
    """Say that an output is empty, cut off or repeats itself, or, without a reference, is not the source's day."""
    known = task.known(source)
    output = task.target_text(list(tokens))
    if tokens and (output == reference or (known is not None and output in known.references)):
        return []
    if not tokens:
        return [t("doubt.empty")]
    if repeats_itself(list(tokens)) and not repeats_itself(task.source_tokens(source)):
        return [t("doubt.repeats")]
    if is_cut:
        return [t("doubt.cut")]
    day = certain_day(source) if isinstance(task, Dates) and not reference else None
    return [] if day in (None, output) else [t("doubt.misread", day=day, output=output)]
