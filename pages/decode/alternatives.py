"""Other ways to answer, beside what is known to be right: what a small beam finds, or other lengths.

A model that writes all positions at once has no beam, since no position goes on from another; where it foretells the
length of what it writes, the likeliest lengths are its other answers.
"""

import math
from dataclasses import dataclass, replace

import streamlit as st
import torch

from core.decoding import ParallelSession, Session, beam_search_batch, decode_parallel
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.vocab import END
from pages.shared.text import as_output, t, table

WIDTH = 5


@dataclass(frozen=True)
class Alternative:
    """Hold one outcome: its text, how it sounds (None if it is no sound) and its probability, or its length's.

    `finished` tells whether it is whole: ends with END, or has the length that it should.
    """

    text: str
    sound: str | None
    probability: float
    finished: bool


@kept
def beam_outcomes(spec: RunSpec) -> tuple[Alternative, ...]:
    """Search for the likeliest outputs of a source, the best first, switched as the run is.

    Raises: Unreadable if the source cannot be run.
    """
    model, source = models.model(spec.model), torch.tensor([runs.source_ids(spec)])
    if not spec.config.autoregressive:
        return of_lengths(spec, source)
    session = Session(model, source, spec.switches, record=False)
    return tuple(
        alternative(spec, outcome.tokens, math.exp(outcome.total), outcome.tokens[-1] == END)
        for outcome in beam_search_batch(session, WIDTH)[0]
    )


def of_lengths(spec: RunSpec, source: torch.Tensor) -> tuple[Alternative, ...]:
    """Write the likeliest lengths, each in one pass; a model that cuts at END has one answer alone."""
    model = models.model(spec.model)
    session = ParallelSession(model, source, spec.switches, record=False)
    if session.length_log_probs is None:
        tokens = [step.token for step in decode_parallel(session)]
        return (alternative(spec, tokens, math.exp(session.log_probs.max(-1).values[: len(tokens)].sum()), True),)
    likeliest = session.length_log_probs[0, 1:].topk(min(WIDTH, model.config.max_target_len))
    outcomes = []
    for log_prob, place in zip(likeliest.values.tolist(), likeliest.indices.tolist(), strict=True):
        written = decode_parallel(ParallelSession(model, source, spec.switches, place + 1, record=False))
        outcomes.append(alternative(spec, [step.token for step in written], math.exp(log_prob), True))
    return tuple(outcomes)


def alternative(spec: RunSpec, ids: list[int], probability: float, finished: bool) -> Alternative:
    """Return an outcome as it is read and heard."""
    tokens = models.catalogue()[spec.model].target_vocab.decode(ids)
    sounds = [spec.task.sound(token) for token in tokens]
    sound = None if None in sounds else "".join(sounds)
    return Alternative(spec.task.target_text(tokens), sound, probability, finished)


def caption(spec: RunSpec, outcomes: tuple[Alternative, ...]) -> str:
    """Say what the outcomes are and how much of the probability they share."""
    shared = f"{sum(outcome.probability for outcome in outcomes):.1%}"
    match spec.config.decoder:
        case "autoregressive":
            return t("section.alternatives_caption", width=WIDTH, shared=shared)
        case "length":
            return t("section.lengths_caption", width=WIDTH, shared=shared)
        case "end":
            return t("section.one_answer_caption", shared=shared)


def alternatives(spec: RunSpec) -> None:
    """Draw the alternatives as a table, the right ones marked, and say which right answers are not among them."""
    outcomes = beam_outcomes(replace(spec, forced=(), teacher=False, reference=""))
    answers = spec.known.references if spec.known else tuple(filter(None, [spec.reference.strip()]))
    rows = []
    for place, outcome in enumerate(outcomes, start=1):
        verdict = t("section.right") if outcome.text in answers else ""
        rows.append(
            [
                str(place),
                as_output(outcome.text) if outcome.text else t("doubt.empty_output"),
                "" if outcome.sound is None else f"/{outcome.sound}/",
                f"{outcome.probability:.2%}",
                verdict if outcome.finished else t("section.unfinished"),
            ]
        )
    st.caption(caption(spec, outcomes))
    st.markdown(table([t(f"column.{name}") for name in ("place", "output", "sound", "probability", "verdict")], rows))
    texts = {outcome.text for outcome in outcomes}
    if missing := [answer for answer in answers if answer not in texts]:
        st.text(t("section.alternatives_missing", answers="; ".join(missing)))
