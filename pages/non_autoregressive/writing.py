"""Which two models the page compares, and what the one that writes all at once makes of a source, pass by pass."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.checkpoint import Metadata
from core.decoding import ParallelSession, RefineStep, refine
from core.evaluation.loaded_model import LoadedModel, partner
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.switches import Switches
from core.trace import Cell, Trace
from core.vocab import PAD
from pages.non_autoregressive.choices import AllAtOnceChoices
from pages.shared.first import first_spec
from pages.shared.messages import still_showing
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.url.params import shortened


@dataclass(frozen=True)
class Pair:
    """Name the model that writes all at once, and the one beside it that writes step by step, None if there is none."""

    writer: str
    beside: str | None


def known_models(current: AppState) -> dict[str, Metadata]:
    """Return the models that the visitor may choose among, the one that is loaded included."""
    return models.available(current.visitor) | {current.spec.model: models.catalogue()[current.spec.model]}


def writers(current: AppState) -> tuple[str, ...]:
    """Return the models of the loaded one's task that write all at once: those that ship, then the visitor's own."""
    task = current.spec.task.name
    found = known_models(current).items()
    return tuple(name for name, about in found if about.task == task and not about.config.autoregressive)


def pair_of(current: AppState) -> Pair | None:
    """Return the two models that the page compares; None if no model of this task writes all at once.

    The model that all pages share is one of the two; the page's own choice is the other if it writes all at once.
    """
    spec, chosen = current.spec, current.chosen(AllAtOnceChoices).writer
    known = writers(current)
    if not known:
        return None
    if not spec.config.autoregressive:
        among = known_models(current) if models.is_own(spec.model) else models.catalogue()
        return Pair(spec.model, partner(spec.model, among))
    return Pair(chosen if chosen in known else known[0], spec.model)


def unknown_writer(current: AppState) -> list[str]:
    """Say so if the model that is to write all at once is none at all."""
    name = current.chosen(AllAtOnceChoices).writer
    if not name or name in known_models(current):
        return []
    return [t("non_autoregressive.no_such_writer", got=shortened(name))]


def take_writer(current: AppState, name: str) -> None:
    """Let another model write all at once: the shared one if that is of the kind, else the page's own."""
    if current.spec.config.autoregressive:
        current.choose(AllAtOnceChoices, writer=name)
    else:
        current.choose_model(name)


def as_writer(name: str) -> LoadedModel:
    """Return a loaded model as the analysis knows it."""
    return LoadedModel(models.model(name), models.catalogue()[name], models.task_of(name))


@dataclass(frozen=True, eq=False)
class Written:
    """Hold what was written: each pass, the length that was foretold and its distribution, None if it cuts at END.

    Shapes: source [S]; lengths [max_target_len + 1], probabilities
    """

    steps: tuple[RefineStep, ...]
    length: int
    foretold: int
    lengths: Tensor | None
    source: Tensor
    switches: Switches

    @property
    def cells(self) -> Tensor:
        """Say which cells of the cross-attention are masked, and why. Shapes: → [T,S], values of Cell"""
        cells = torch.full((self.length, len(self.source)), Cell.OPEN, dtype=torch.uint8)
        if self.switches.padding:
            cells[:, self.source == PAD] = Cell.PADDING
        return cells


def plain(spec: RunSpec, model: str) -> RunSpec:
    """Return the run of a source by another model, with nothing forced or fed."""
    return replace(spec, model=model, forced=(), teacher=False, reference="")


def write_passes(spec: RunSpec, writer: str, longer: int, passes: int) -> Written:
    """Write a source in up to so many passes, `longer` than the model foretells.

    Raises: Unreadable if the source cannot be run.
    """
    return _write_passes(replace(plain(spec, writer), causal=True), longer, passes)


@kept
def _write_passes(spec: RunSpec, longer: int, passes: int) -> Written:
    model, source = models.model(spec.model), torch.tensor([runs.source_ids(spec)])
    session = ParallelSession(model, source, spec.switches)
    foretold, lengths = session.length, session.length_log_probs
    if longer and lengths is not None:
        length = max(1, min(foretold + longer, model.config.max_target_len))
        session = ParallelSession(model, source, spec.switches, length)
    return Written(
        tuple(refine(session, passes)), session.length, foretold, None if lengths is None else lengths[0].exp(),
        source[0], session.switches,
    )  # fmt: skip


def step_by_step(spec: RunSpec, beside: str) -> Trace:
    """Return what the other model writes, token by token.

    Raises: Unreadable if the source cannot be run.
    """
    return runs.trace(plain(spec, beside))


def runnable_here(current: AppState) -> tuple[RunSpec, list[str]]:
    """Return the run to show, and sentences: what was asked for, else the last of the same task, else an example."""
    shown, messages = runs.runnable(current.spec)
    if shown is None:
        last = current.shown
        same = last is not None and last.task.name == current.spec.task.name
        example = first_spec(current.spec.model)
        shown = last if same else runs.readable(example)[0] or example
        messages.append(still_showing(current.spec, shown))
    if runs.is_finite(shown):
        current.shown = shown
    return shown, messages
