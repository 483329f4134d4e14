"""One source decoded twice: reading the reference, and reading what the decoder itself wrote; with one token wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch

from core.decoding import DecodeStep, Session, decode
from core.evaluation.error_injection import likeliest_wrong
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.vocab import SPECIALS
from pages.teacher_forcing.choices import TeacherChoices

Ids = tuple[int, ...]
Kind = Literal["fed", "own"]


@dataclass(frozen=True)
class Error:
    """Say which token is written wrongly at which step, counted from 0."""

    step: int
    token: int


@dataclass(frozen=True, eq=False)
class Feed:
    """Hold one row: the steps of a decode, those without the error, and what would be right (END last, or None)."""

    kind: Kind
    steps: tuple[DecodeStep, ...]
    clean: tuple[DecodeStep, ...]
    reference: Ids | None
    error: Error | None

    @property
    def reached(self) -> bool:
        """Tell whether the error came to be written: a decoder may have ended before."""
        return self.error is not None and self.error.step < len(self.steps)

    @property
    def written(self) -> Ids:
        """Return what stands in the row: the model's choices, and the error where it was made."""
        return tuple(self.at(place) for place in range(len(self.steps)))

    def at(self, place: int) -> int:
        """Return the token at a place of the row, counted from 0."""
        wrong = self.error is not None and place == self.error.step
        return self.error.token if wrong else self.steps[place].predicted

    def right(self, place: int) -> bool | None:
        """Tell whether the token at a place is the reference's; None if there is no reference."""
        if self.reference is None:
            return None
        return place < len(self.reference) and self.at(place) == self.reference[place]

    def changed(self, place: int) -> bool:
        """Tell whether the model chooses otherwise than it did without the error."""
        return place >= len(self.clean) or self.steps[place].predicted != self.clean[place].predicted

    def loss(self, place: int) -> float | None:
        """Return −log p of the reference's token at a place, in nats; None where the reference has none."""
        if self.reference is None or place >= len(self.reference):
            return None
        return -float(self.steps[place].log_probs[self.reference[place]])


@kept
def steps_of(spec: RunSpec, fed: Ids | None, forced: tuple[tuple[int, int], ...]) -> tuple[DecodeStep, ...]:
    """Decode the source of a run, reading `fed` or what is written; nothing else of the run's tokens counts.

    Raises: Unreadable if the source cannot be run.
    """
    source = torch.tensor([runs.source_ids(spec)])
    session = Session(models.model(spec.model), source, spec.switches, record=False)
    return tuple(decode(session, forced=dict(forced), reference=fed))


def plain(spec: RunSpec, model: str) -> RunSpec:
    """Return the run with nothing fed or forced, on a model; equal sources then share their decodes."""
    return replace(spec, model=model, teacher=False, forced=(), reference="")


def reference_of(spec: RunSpec) -> Ids | None:
    """Return the ids of the run's reference, END last, or None if there is none."""
    found = runs.reference_ids(spec)
    return None if found is None else tuple(found)


def last_step(spec: RunSpec, reference: Ids | None) -> int:
    """Return the last step, counted from 1, at which a token can be wrong: that before END; 0 if there is none."""
    written = reference or tuple(step.token for step in steps_of(plain(spec, spec.model), None, ()))
    return len(written) - 1


def ranked(spec: RunSpec, reference: Ids | None, step: int) -> list[tuple[int, float]]:
    """Return the wrong tokens at a step with their probabilities, the likeliest first.

    Without a reference, wrong is what the model does not write.
    """
    steps = steps_of(plain(spec, spec.model), reference, ())
    log_probs = steps[step].log_probs
    right = reference[step] if reference else steps[step].token
    first = int(likeliest_wrong(log_probs, torch.tensor(right)))
    values = log_probs.tolist()
    order = sorted(range(len(SPECIALS), len(values)), key=lambda token: -values[token])
    tokens = [first, *(token for token in order if token not in (first, right))]
    shares = log_probs.exp().tolist()
    return [(token, shares[token]) for token in tokens]


def error_of(spec: RunSpec, reference: Ids | None, choices: TeacherChoices) -> Error | None:
    """Return the error that was chosen, None if none was; a token that the model cannot write gives the likeliest."""
    step = min(choices.at, last_step(spec, reference)) - 1
    if step < 0:
        return None
    vocab = models.catalogue()[spec.model].target_vocab
    tokens = [token for token, _ in ranked(spec, reference, step)]
    chosen = [token for token in tokens if vocab.name(token) == choices.wrong]
    return Error(step, (chosen or tokens)[0])


def feeds_of(spec: RunSpec, model: str, reference: Ids | None, error: Error | None) -> list[Feed]:
    """Return the rows of a model: reference-fed, if there is a reference, and self-fed."""
    asked = plain(spec, model)
    forced = () if error is None else ((error.step, error.token),)
    own = Feed("own", steps_of(asked, None, forced), steps_of(asked, None, ()), reference, error)
    if reference is None:
        return [own]
    fed = Feed(
        "fed", steps_of(asked, read_with(reference, error), ()), steps_of(asked, reference, ()), reference, error
    )
    return [fed, own]


def read_with(reference: Sequence[int], error: Error | None) -> Ids:
    """Return the reference as the decoder reads it, with the wrong token in it."""
    ids = tuple(reference)
    return ids if error is None else (*ids[: error.step], error.token, *ids[error.step + 1 :])
