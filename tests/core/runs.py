"""Traces of tiny models for the tests of what is read off a run."""

from collections.abc import Mapping
from functools import cache

import torch

from core import checkpoint, paths
from core.checkpoint import Metadata
from core.decoding import ParallelSession, Session, decode, decode_parallel
from core.model import Transformer
from core.switches import Switches
from core.trace import Trace, record
from core.vocab import PAD
from tests.core import tiny
from tests.core.tiny import ids

PLAIN = Switches()
SITES = ("encoder", "self", "cross")
FORCED = {index: 5 + index for index in range(6)}


def traced(
    built: Transformer,
    switches: Switches = PLAIN,
    *,
    length: int = 5,
    pads: int = 2,
    forced: Mapping[int, int] = FORCED,
) -> Trace:
    """Record a run of a model on a source of `length` tokens and `pads` PADs after them."""
    source = torch.cat((ids(length), torch.full((1, pads), PAD)), dim=1)
    if not built.config.autoregressive:
        session = ParallelSession(built, source, switches)
        return record(session, decode_parallel(session))
    session = Session(built, source, switches)
    return record(session, decode(session, forced=forced))


def run(switches: Switches = PLAIN, seed: int = 5, **changes) -> tuple[Transformer, Trace]:
    """Return a tiny model and the trace of a run on a padded source."""
    built = tiny.model(seed, **changes)
    return built, traced(built, switches)


@cache
def dates_run(text: str = "3 mars 2001") -> tuple[Transformer, Trace, Metadata]:
    """Return the shipped model of dates and the trace of its run on a date with three PADs after it."""
    built, about = checkpoint.load(paths.CHECKPOINTS / "dates.safetensors")
    source = torch.tensor([[*about.source_vocab.encode(text), PAD, PAD, PAD]])
    session = Session(built, source)
    return built, record(session, decode(session)), about
