"""Figures in an answer: references to numbers that a command measured, and as they are written.

    {"evidence": "causal-mask", "path": ["rows", {"model": "small", "causal": true}, "fed"]}
    {"model": "dates", "path": ["conditions", "as trained"], "format": ".1%"}

The first is a number of a file in assets/evidence, the second one of the scores that a model carries along. A step of
a path is a key, a place in a list, or what the wanted row of a list has.
"""

from collections.abc import Mapping
from typing import Any

from core.evaluation.evidence import read_evidence
from core.run import models

PERCENT = ".2%"


def written_figures(references: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    """Return figures as they are written, None for those that are not there."""
    values = {name: figure_value(reference) for name, reference in references.items()}
    return {
        name: None if value is None else format(value, references[name].get("format", PERCENT))
        for name, value in values.items()
    }


def figure_value(reference: Mapping[str, Any]) -> float | None:
    """Return the number that a reference names, None if no model or no evidence that ships has it."""
    found: Any = scores(reference)
    for step in reference["path"]:
        found = inside(found, step)
    return found


def scores(reference: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a reference's path leads through."""
    if "evidence" in reference:
        return read_evidence(reference["evidence"])
    metadata = models.catalogue().get(reference["model"])
    return None if metadata is None else metadata.scores


def inside(found: Any, step: str | int | Mapping[str, Any]) -> Any | None:
    """Take a step of a path, None where it leads nowhere."""
    if found is None:
        return None
    if isinstance(step, Mapping):
        return next((row for row in found if step.items() <= row.items()), None)
    try:
        return found[step]
    except (KeyError, IndexError):
        return None
