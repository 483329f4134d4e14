"""The step of the run whose way out is shown: the strip to choose it, its final state, its logits."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.in_and_out import final_states
from core.run import models, runs
from core.run.kept import kept
from core.run.rows import rows_of
from core.run.runs import RunSpec
from core.run.tokens import name_in
from pages.shared.state import AppState
from pages.shared.widgets.controls import strip


@dataclass(frozen=True, eq=False)
class WayOut:
    """Hold one step's final state and logits, and which token the model predicted.

    Shapes: state [D], logits [V]
    """

    row: int
    state: Tensor
    logits: Tensor
    predicted: int


@kept
def way_out(spec: RunSpec, step: int) -> WayOut:
    """Return the way out of a step, the nearest one that there is.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    model, trace = models.model(spec.model), runs.trace(spec)
    row = max(0, min(step, len(trace.steps)) - 1)
    read = trace.read(row + 1)[None]
    state = final_states(model, trace.source[None], read, spec.switches)[0, row]
    with torch.inference_mode():
        logits = model.logits(state)
    return WayOut(row, state, logits, int(logits.argmax()))


def names_of_target(spec: RunSpec) -> list[str]:
    """Return the tokens of the target's vocabulary as they look on screen."""
    vocab = models.catalogue()[spec.model].target_vocab
    return [name_in(vocab, number) for number in range(spec.config.target_vocab_size)]


def step_strip(current: AppState, spec: RunSpec, out: WayOut) -> None:
    """Draw the steps of the run, to choose one."""
    trace = runs.trace(spec)
    names = rows_of(spec, trace, "cross").queries[: len(trace.steps)]
    strip(
        "in_out_step", [name.replace(" → ", "→") for name in names], out.row,
        lambda row: current.look(step=row + 1),
    )  # fmt: skip
