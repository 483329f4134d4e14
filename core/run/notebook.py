"""The lines that do a run again in a notebook, as pages show them below their code."""

from core.run import models
from core.run.runs import RunSpec
from core.run.view import View
from core.snippets import run_lines
from core.switches import Switches

DOWNLOADED = "model.safetensors"  # what the Training lab calls the file of a model of one's own
WEIGHTS = {"encoder": "trace.encoder_weights", "self": "trace.self_weights()", "cross": "trace.cross_weights()"}


def notebook_lines(spec: RunSpec, *more: str, switches: Switches | None = None) -> str:
    """Return lines that do this run as `trace`, with a page's own switches in place of the run's, and then more."""
    run = run_lines(
        DOWNLOADED if models.is_own(spec.model) else spec.model,
        spec.source,
        pads=spec.pads,
        reference=spec.reference if spec.teacher else "",
        forced=dict(spec.forced),
        switches=switches or spec.switches,
    )
    return run + "".join(f"{line}\n" for line in more)


def weights_line(view: View) -> str:
    """Return the line that reads the weights which are looked at, a row for each query."""
    return f"weights = {WEIGHTS[view.attention]}[{view.layer}, {view.head}]"
