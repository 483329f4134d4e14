"""A second output that a model likes nearly as well as the one that is shown: many words can be read in two ways."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import torch

from core.decoding import Session, beam_search_batch
from core.run import models, runs
from core.run.runs import RunSpec
from core.screen.texts import t
from core.vocab import END

WIDTH = 3
LEAST = 0.02  # below that, no output is likely
CLOSE = 0.5  # of the probability of the output that is shown


@dataclass(frozen=True)
class SecondReading:
    """Hold another output, its probability, and that of the output that is shown."""

    text: str
    probability: float
    shown: float


def second_notices(spec: RunSpec) -> list[str]:
    """Say which other output is nearly as probable, if targets are sounds and the model writes as it was trained."""
    if not (runs.is_plain(spec) and spec.config.autoregressive and is_of_sounds(spec)):
        return []
    found = second_reading(replace(spec, reference=""))
    if found is None:
        return []
    shares = {"share": f"{found.probability:.0%}", "best": f"{found.shown:.0%}"}
    return [t("doubt.also_possible", output=found.text, **shares)]


def is_of_sounds(spec: RunSpec) -> bool:
    """Tell whether what the run's model writes are sounds."""
    return spec.task.sound(models.catalogue()[spec.model].target_vocab.symbols[0]) is not None


@lru_cache(maxsize=256)
def second_reading(spec: RunSpec) -> SecondReading | None:
    """Search for an output with at least half the probability of the one that is shown; None if there is none.

    The two together have at most all of it, so that where the first has more than two thirds there is nothing to seek.
    """
    trace = runs.trace(spec)
    shown = math.exp(sum(float(step.log_probs[step.token]) for step in trace.steps))
    if not LEAST <= shown <= 1 / (1 + CLOSE) or trace.tokens[-1] != END:
        return None
    session = Session(models.model(spec.model), torch.tensor([runs.source_ids(spec)]), spec.switches, record=False)
    others = [each for each in beam_search_batch(session, WIDTH)[0] if list(each.tokens) != list(trace.tokens)]
    likely = [each for each in others if each.tokens[-1] == END and math.exp(each.total) >= CLOSE * shown]
    if not likely:
        return None
    best = max(likely, key=lambda each: each.total)
    written = models.catalogue()[spec.model].target_vocab.decode(best.tokens)
    return SecondReading(spec.task.target_text(written), math.exp(best.total), shown)
