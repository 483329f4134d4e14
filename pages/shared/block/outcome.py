"""What a run writes with all parts of the model and without some of them."""

from dataclasses import replace

import torch

from core.trace import Trace
from pages.shared import models, runs
from pages.shared.block.skip import switches_of
from pages.shared.board import Line, Panel
from pages.shared.runs import RunSpec
from pages.shared.text import t
from pages.shared.tokens import told_apart, visible


def outcome_lines(spec: RunSpec, skipped: frozenset[str]) -> list[Line]:
    """Return what was written with all parts and without the skipped ones, with the probability of each token."""
    whole = runs.trace(spec)
    title = t("block.outcome_compared") if skipped else t("block.outcome_whole")
    lines = [Line([outcome_panel("whole", spec, whole, skipped)], title)]
    if skipped:
        without = runs.trace(spec, switches_of(spec, skipped))
        lines.append(Line([outcome_panel("without", spec, without, frozenset())], t("block.outcome_without")))
    return lines


def outcome_panel(name: str, spec: RunSpec, trace: Trace, skipped: frozenset[str]) -> Panel:
    """Return the tokens that a run wrote and their probabilities; with parts to skip, also those without them."""
    tokens = told_apart(written(spec, trace))
    rows = {t(f"block.written_{name}"): chosen_probabilities(trace, trace)}
    if skipped:
        rows[t("block.written_same")] = chosen_probabilities(trace, along(spec, trace, skipped))
    return Panel(
        id=name, title=t(f"block.written_{name}"), captioned=False, values=torch.tensor(list(rows.values())),
        rows=list(rows), columns=tokens, scale="sequential", top=1.0, name=t("block.cell_probability"),
        legend=t("block.legend_probability"),
    )  # fmt: skip


def written(spec: RunSpec, trace: Trace) -> list[str]:
    """Return the tokens that were written, as they look on screen."""
    vocab = models.catalogue()[spec.model].target_vocab
    return [visible(vocab.name(step.token)) for step in trace.steps]


def output_text(spec: RunSpec, trace: Trace) -> str:
    """Return what was written, as text."""
    vocab = models.catalogue()[spec.model].target_vocab
    return spec.task.target_text(vocab.decode([step.token for step in trace.steps]))


def chosen_probabilities(chosen: Trace, trace: Trace) -> list[float]:
    """Return the probability that one run gives to the tokens that another one wrote, step by step."""
    pairs = zip(chosen.steps, trace.steps, strict=True)
    return [float(step.log_probs[mine.token].exp()) for mine, step in pairs]


def along(spec: RunSpec, trace: Trace, skipped: frozenset[str]) -> Trace:
    """Run without some parts, but along the tokens that the whole model read, so that each step has the same prefix."""
    if spec.teacher:
        return runs.trace(spec, switches_of(spec, skipped))
    same = tuple((step.index, step.token) for step in trace.steps)
    return runs.trace(replace(spec, forced=same), switches_of(spec, skipped))
