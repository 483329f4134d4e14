"""The passes as they look on screen: what stands at every position after each, and the lengths that were foretold."""

from typing import Any

import torch

from core.decoding import RefineStep
from core.evaluation.mistakes import kinds_of_mistake
from core.figures.packing import identified
from core.run import models
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import name_in, visible
from core.trace import Trace
from pages.non_autoregressive.choices import AllAtOnceChoices
from pages.non_autoregressive.writing import Pair, Written
from pages.shared.browser.callbacks import mount
from pages.shared.state import AppState
from pages.shared.text import listed, t, under

MOST_BARS = 11


def passes_payload(
    spec: RunSpec, pair: Pair, written: Written, beside: Trace | None, current: AppState
) -> dict[str, Any]:
    """Return all passes as the browser draws them; what looks the same has the same id."""
    right = {*(spec.known.references if spec.known else ()), spec.reference.strip()} - {""}
    data: dict[str, Any] = {
        "passes": [
            {"cells": cells_of(written, pair.writer, step), **verdict(spec, pair.writer, step.text, right)}
            for step in written.steps
        ],
        "beside": None if beside is None else beside_of(spec, pair.beside, beside, right),
        "right": [list(map(visible, spec.task.target_tokens(answer))) for answer in sorted(right)],
        "chosen": looked_at(current, written),
        "lengths": lengths_of(written),
        "cuts": written.lengths is None,
    }
    return identified(data)


def passes_view(payload: dict[str, Any], written: Written, current: AppState) -> None:
    """Mount the view of all passes; a click on a length overrules the model's, one on a pass looks at it."""

    def number_in(sent: dict[str, Any], most: int) -> int | None:
        number = sent.get("n")
        return number if isinstance(number, int) and 1 <= number <= most else None

    def take_length(sent: dict[str, Any]) -> None:
        if written.lengths is not None and (length := number_in(sent, len(written.lengths) - 1)) is not None:
            current.choose(AllAtOnceChoices, longer=length - written.foretold)

    def take_pass(sent: dict[str, Any]) -> None:
        if (number := number_in(sent, len(written.steps))) is not None:
            current.choose(AllAtOnceChoices, look=number)

    data = payload | {"text": under("passes"), "presses": current.presses}
    mount("passes", "passes-view", data, {"length": take_length, "pass": take_pass})


def verdict(spec: RunSpec, model: str, ids: list[int], right: set[str]) -> dict[str, Any]:
    """Return whether an output is right, and else what kind of mistake it is; None where no answer is known."""
    tokens = models.catalogue()[model].target_vocab.decode(ids)
    if not right:
        return {"correct": None}
    answers = {tuple(spec.task.target_tokens(answer)) for answer in right}
    if tuple(tokens) in answers:
        return {"correct": True}
    kinds = kinds_of_mistake(tuple(tokens), answers, answers)
    return {"correct": False, "kinds": listed(t(f"kind.{kind}") for kind in kinds if kind != "other")}


def beside_of(spec: RunSpec, model: str, trace: Trace, right: set[str]) -> dict[str, Any]:
    """Return what the other model wrote, token by token, in as many passes as there are tokens."""
    about = models.catalogue()[model]
    cells = [{"text": name_in(about.target_vocab, step.token), "p": step.probability} for step in trace.steps]
    return {"title": title_of(model), "cells": cells, **verdict(spec, model, trace.tokens, right)}


def looked_at(current: AppState, written: Written) -> int:
    """Return the number of the pass that is looked at, counted from 0."""
    return min(current.chosen(AllAtOnceChoices).look, len(written.steps)) - 1


def cells_of(written: Written, writer: str, step: RefineStep) -> list[dict[str, Any]]:
    """Return what stands at each position after a pass, and what the pass did there."""
    vocab = models.catalogue()[writer].target_vocab
    before = written.steps[step.index - 1].tokens.tolist() if step.index else None

    def cell(place: int, number: int) -> dict[str, Any]:
        old = None if before is None else before[place]
        return {
            "text": name_in(vocab, number),
            "before": None if old is None else name_in(vocab, old),
            "p": float(step.sureness[place].exp()),
            "hidden": bool(step.hidden[place]),
            "changed": old is not None and old != number,
            "cut": place >= step.text_len,
        }

    return [cell(place, number) for place, number in enumerate(step.tokens.tolist())]


def lengths_of(written: Written) -> dict[str, Any] | None:
    """Return the likeliest lengths with those next to the present one, in order; None if the output is cut at END."""
    if written.lengths is None:
        return None
    longest = len(written.lengths) - 1
    likeliest = torch.topk(written.lengths[1:], min(MOST_BARS - 4, longest)).indices + 1
    wanted = set(likeliest[written.lengths[likeliest] >= 0.001].tolist())
    for centre in (written.length, written.foretold):
        wanted |= {number for number in range(centre - 2, centre + 3) if 1 <= number <= longest}
    return {
        "bars": [{"n": number, "p": float(written.lengths[number])} for number in sorted(wanted)],
        "foretold": written.foretold,
        "length": written.length,
    }
