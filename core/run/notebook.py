"""The lines that do a run again in a notebook, as pages show them below their code."""

from core.run import huggingface, models
from core.run.runs import RunSpec
from core.run.view import View
from core.snippets import run_lines
from core.switches import Switches

DOWNLOADED = "model.safetensors"  # what the Training lab calls the file of a model of one's own
WEIGHTS = {"encoder": "trace.encoder_weights", "self": "trace.self_weights()", "cross": "trace.cross_weights()"}


def notebook_lines(spec: RunSpec, *more: str, switches: Switches | None = None) -> str:
    """Return lines that do this run as `trace`, with a page's own switches in place of the run's, and then more."""
    run = run_lines(
        file_of(spec.model),
        spec.source,
        pads=spec.pads,
        reference=spec.reference if spec.teacher else "",
        forced=dict(spec.forced),
        switches=switches or spec.switches,
        languages=huggingface.languages_of(spec.model) if huggingface.is_listed(spec.model) else None,
    )
    return run + "".join(f"{line}\n" for line in more)


def file_of(model: str) -> str:
    """Return what `load` is given: a name, a file that was downloaded, or a folder's name, not where it lies here."""
    if huggingface.is_listed(model):
        return model.removeprefix(huggingface.PREFIX)
    return DOWNLOADED if models.is_own(model) else model


def weights_line(view: View) -> str:
    """Return the line that reads the weights which are looked at, a row for each query."""
    return f"weights = {WEIGHTS[view.attention]}[{view.layer}, {view.head}]"
