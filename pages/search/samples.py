"""Samples of one source: drawn many at once, beside the exact probability of every output that came."""

import torch

from core.decoding import Drawn, Session, draw_many, temperature, top_k, top_p
from core.decoding.sampling import Filter
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from pages.search.choices import LEAST_DRAWS, MOST_DRAWS, SearchChoices

CHOICES_A_STEP = 1_700_000  # that keep a page within seconds


def filters(choices: SearchChoices) -> list[Filter]:
    """Return the filters that are on: temperature, then top-k, then top-p."""
    found = [temperature(choices.temperature)] if choices.temperature != 1 else []
    found += [top_k(choices.top_k)] if choices.top_k else []
    return found + ([top_p(choices.top_p)] if choices.top_p < 1 else [])


def most_draws(spec: RunSpec) -> int:
    """Return how many samples may be drawn: fewer where each step of each is a choice among very many tokens."""
    return max(LEAST_DRAWS, min(MOST_DRAWS, CHOICES_A_STEP // spec.config.target_vocab_size // 10 * 10))


def samples(spec: RunSpec, choices: SearchChoices) -> tuple[Drawn, ...]:
    """Draw outputs as chosen; what else is chosen on the page changes nothing.

    Raises: Unreadable if the source cannot be run.
    """
    kept = {name: getattr(choices, name) for name in ("temperature", "top_k", "top_p", "seed")}
    return _samples(spec, SearchChoices(**kept, draws=min(choices.draws, most_draws(spec))))


@kept
def _samples(spec: RunSpec, choices: SearchChoices) -> tuple[Drawn, ...]:
    source = torch.tensor([runs.source_ids(spec)])
    session = Session(models.model(spec.model), source, spec.switches, record=False)
    generator = torch.Generator().manual_seed(choices.seed)
    return tuple(draw_many(session, choices.draws, generator, *filters(choices)))
