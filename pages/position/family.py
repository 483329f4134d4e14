"""The models that differ in their position alone, and what each of them writes under which switches."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import torch

from core.checkpoint import Metadata
from core.config import SINUSOIDS, ModelConfig
from core.decoding import Session, decode, decode_batch
from core.model import Transformer
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import Switches
from core.vocab import END, PAD

KINDS = (*SINUSOIDS, "learned", "none")


class Written(NamedTuple):
    """Hold what a model wrote, and whether it came to an end by itself."""

    text: str
    finished: bool


def but_for_position(config: ModelConfig) -> ModelConfig:
    """Return a configuration with its position left aside."""
    return replace(config, position="none")


def family(name: str) -> dict[str, Metadata]:
    """Return the models that are trained like this one but for their position, by the kind of it, itself among them."""
    mine = models.catalogue()[name]
    alike = {
        metadata.config.position: metadata
        for metadata in models.siblings(name).values()
        if but_for_position(metadata.config) == but_for_position(mine.config)
    } | {mine.config.position: mine}
    return {kind: alike[kind] for kind in KINDS if kind in alike}


def nearest_family(name: str) -> dict[str, Metadata]:
    """Return a model's family, or, where it is alone, the first that a sibling of it has."""
    mine = family(name)
    others = (family(other) for other in models.siblings(name))
    return mine if len(mine) > 1 else next((found for found in others if len(found) > 1), mine)


def name_in_catalogue(metadata: Metadata) -> str:
    """Return the name by which the catalogue finds a model."""
    return models.name_of(metadata)


def write_in_order(spec: RunSpec, switches: Switches, order: Sequence[int] | None = None) -> Written | None:
    """Return what a model writes for a run's source, its tokens in another order if one is given.

    None where its positions have ended. The decoder reads the reference if the run feeds it; nothing is forced.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    ids = runs.source_ids(spec)
    tokens = ids if order is None else [*(ids[place] for place in order), *ids[len(order) :]]
    reference = runs.reference_ids(spec) if spec.teacher else None
    found = _write_in_order(spec.model, tuple(tokens), switches, None if reference is None else tuple(reference))
    return None if found is None else as_written(spec, found)


def as_written(spec: RunSpec, found: Sequence[int]) -> Written:
    """Return an output of a run's model as it is read."""
    metadata = models.catalogue()[spec.model]
    # A model that writes all at once knows its length beforehand, and fed with the reference it ends where that does.
    finished = END in found or spec.teacher or not metadata.config.autoregressive
    return Written(spec.task.target_text(metadata.target_vocab.decode(found)), finished)


@lru_cache(maxsize=1024)
def _write_in_order(
    name: str, source: tuple[int, ...], switches: Switches, reference: tuple[int, ...] | None
) -> tuple[int, ...] | None:
    return write(models.model(name), source, switches, reference) if reaches(name, len(source), switches) else None


def write(
    model: Transformer, source: Sequence[int], switches: Switches, reference: Sequence[int] | None = None
) -> tuple[int, ...]:
    """Return the tokens that a model writes for a source."""
    if not model.config.autoregressive:
        return tuple(decode_batch(model, torch.tensor([source]), switches)[0])
    session = Session(model, torch.tensor([source]), switches, record=False)
    return tuple(step.token for step in decode(session, reference=reference))


def reaches(name: str, source_len: int, switches: Switches) -> bool:
    """Tell whether a model has positions for a source and at least one token of a target."""
    config = models.catalogue()[name].config
    if config.position != "learned" or switches.position not in ("shifted", "source_shifted"):
        return True
    target_shift = switches.position_shift if switches.position == "shifted" else 0
    return source_len + switches.position_shift <= config.max_source_len and target_shift < config.max_target_len


def tokens_without_pads(spec: RunSpec) -> int:
    """Count the tokens of a source, those of the padding left aside.

    Raises: Unreadable if the source cannot be run.
    """
    return sum(number != PAD for number in runs.source_ids(spec))
