"""Other ways to answer: what a small beam finds for the source on screen, beside what is known to be right."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st
import torch

from core.decoding import Session, beam_search_batch
from core.vocab import END
from pages.shared import models, runs
from pages.shared.runs import RunSpec
from pages.shared.text import as_code, t, table

WIDTH = 5


@dataclass(frozen=True)
class Alternative:
    """Hold one outcome of a beam search: its text, how it sounds (None if it is no sound) and its probability.

    `finished` tells whether it ends with END.
    """

    text: str
    sound: str | None
    probability: float
    finished: bool


@lru_cache(maxsize=128)
def found(spec: RunSpec) -> tuple[Alternative, ...]:
    """Search for the likeliest outputs of a source, the best first, switched as the run is.

    Raises: Unreadable if the source cannot be run.
    """
    task, vocab = spec.task, models.catalogue()[spec.model].target_vocab
    session = Session(models.model(spec.model), torch.tensor([runs.source_ids(spec)]), spec.switches, record=False)
    outcomes = []
    for outcome in beam_search_batch(session, WIDTH)[0]:
        tokens = vocab.decode(outcome.tokens)
        sounds = [task.sound(token) for token in tokens]
        sound = None if None in sounds else "".join(sounds)
        outcomes.append(
            Alternative(task.target_text(tokens), sound, math.exp(outcome.total), outcome.tokens[-1] == END)
        )
    return tuple(outcomes)


def alternatives(spec: RunSpec) -> None:
    """Draw the alternatives as a table, the right ones marked, and say which right answers are not among them."""
    outcomes = found(replace(spec, forced=(), teacher=False, reference=""))
    answers = spec.known.references if spec.known else tuple(filter(None, [spec.reference.strip()]))
    rows = []
    for place, outcome in enumerate(outcomes, start=1):
        verdict = t("section.right") if outcome.text in answers else ""
        rows.append(
            [
                str(place),
                as_code(outcome.text),
                "" if outcome.sound is None else f"/{outcome.sound}/",
                f"{outcome.probability:.2%}",
                verdict if outcome.finished else t("section.unfinished"),
            ]
        )
    st.caption(t("section.alternatives_caption", width=WIDTH, shared=f"{sum(x.probability for x in outcomes):.1%}"))
    st.markdown(table([t(f"column.{name}") for name in ("place", "output", "sound", "probability", "verdict")], rows))
    texts = {outcome.text for outcome in outcomes}
    if missing := [answer for answer in answers if answer not in texts]:
        st.text(t("section.alternatives_missing", answers="; ".join(missing)))
