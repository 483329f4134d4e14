"""The symptom of a bug, measured with the models that show it, and its numbers as they stand in sentences."""

import math
from functools import lru_cache

from core.analysis.bugs.famous import BUGS
from core.analysis.bugs.symptom import Case, Measure, Symptom
from core.evaluation.evidence import read_evidence
from core.evaluation.held_out import held_out_examples
from core.evaluation.loaded_model import load_model
from pages.shared.text import minus, powers, t

EXAMPLES = 48


@lru_cache(maxsize=8)
def case_of(model: str) -> Case:
    """Load a model with its examples.

    Raises: CheckpointError if it is not among the models that ship.
    """
    found = load_model(model)
    about, task = found.metadata, found.task
    vocabs = about.source_vocab, about.target_vocab
    return Case(found.model, vocabs, task, task.examples(), tuple(held_out_examples(task, EXAMPLES)))


@lru_cache(maxsize=len(BUGS))
def symptom_of(bug: str) -> Symptom:
    """Measure a bug's symptom, once.

    Raises: CheckpointError if a model that shows it is not there.
    """
    return BUGS[bug].symptom(*map(case_of, BUGS[bug].models))


def whole_test_set(bug: str) -> dict[str, str] | None:
    """Return what the command measured over all held-out strings; None unless it trained the model, and this one."""
    found, names = read_evidence("bugs"), BUGS[bug].models
    if found is None or len(names) == 1:
        return None
    right, wrong = ({f"bugs/{row['name']}": row for row in found["rows"]}[name] for name in names)
    shares = {"wrong": percent(wrong["exact"]), "right": percent(right["exact"])}
    return shares | {"examples": f"{wrong['examples']:,}", "steps": f"{wrong['steps']:,}", "command": found["command"]}


def percent(share: float) -> str:
    """Write a share."""
    return f"{share:.1%}".replace(".0%", "%").replace("%", " %")


def written(measure: Measure, value: float | None) -> str:
    """Write a number of a measure by its unit."""
    if value is None:
        return t("bugs.never")
    if math.isnan(value):
        return "NaN"
    if measure.unit == "share":
        return percent(value)
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < (0.01 if measure.unit == "nats" else 1e-4):
        return minus(powers(f"{value:.1e}"))
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.4f}"


def figures(found: Symptom) -> dict[str, str]:
    """Return the numbers by the names that they have in the texts: with the mistake, and `_right` without it."""
    wrong = {each.name: written(each, each.wrong) for each in found.measures}
    return wrong | {f"{each.name}_right": written(each, each.right) for each in found.measures}
