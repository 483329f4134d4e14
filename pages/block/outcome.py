"""The output of a run with all parts of the model and without some of them."""

from dataclasses import replace

import torch

from core.figures.boards import Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import disambiguate, name_in
from core.switches import full_pass
from core.trace import Trace
from pages.block.skip import switches_of
from pages.shared.text import t


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
    tokens = disambiguate(token_texts(spec, trace))
    rows = {t(f"block.written_{name}"): [step.probability for step in trace.steps]}
    if skipped:
        rows[t("block.written_same")] = same_tokens(spec, trace, skipped)
    return Panel(
        id=name, title=t(f"block.written_{name}"), captioned=False, values=torch.tensor(list(rows.values())),
        rows=list(rows), columns=tokens, scale="sequential", top=1.0, name=t("block.cell_probability"),
        legend=t("block.legend_probability"),
    )  # fmt: skip


def token_texts(spec: RunSpec, trace: Trace) -> list[str]:
    """Return the tokens that were written, as they look on screen."""
    vocab = models.catalogue()[spec.model].target_vocab
    return [name_in(vocab, step.token) for step in trace.steps]


def output_text(spec: RunSpec, trace: Trace) -> str:
    """Return what was written, as text."""
    vocab = models.catalogue()[spec.model].target_vocab
    return spec.task.target_text(vocab.decode([step.token for step in trace.steps]))


def same_tokens(spec: RunSpec, trace: Trace, skipped: frozenset[str]) -> list[float]:
    """Return the probabilities of a run's tokens without some parts, each step after what the run itself had read."""
    switches, tokens = switches_of(spec, skipped), [step.token for step in trace.steps]
    if not spec.config.autoregressive:
        switches = replace(switches, causal=False)
        with torch.inference_mode():
            logits = full_pass(models.model(spec.model), trace.source[None], trace.read()[None], switches)[0]
        return logits.softmax(-1)[range(len(tokens)), tokens].tolist()
    same = spec if spec.teacher else replace(spec, forced=tuple(enumerate(tokens)))
    pairs = zip(runs.trace(same, switches).steps, tokens, strict=True)
    return [float(step.log_probs[token].exp()) for step, token in pairs]
