"""The effect of silencing heads on the example: the output before and after, and the probability of every token."""

from dataclasses import dataclass, replace

from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.trace import Trace, token_probabilities
from pages.heads.choices import Head


@dataclass(frozen=True)
class Written:
    """Hold a token as it looks on screen and the probability that it had; `differs` from the whole model's."""

    text: str
    probability: float
    differs: bool = False


@dataclass(frozen=True)
class Effect:
    """Hold what is written with all heads and without some.

    `before` is the whole model's run, `fed` the same tokens where the silenced model reads what the whole one read,
    `free` what the silenced model writes when it reads its own tokens. Without silenced heads there is only `before`.
    """

    before: tuple[Written, ...]
    fed: tuple[Written, ...] = ()
    free: tuple[Written, ...] = ()
    text_before: str = ""
    text_after: str = ""


def effect_of(spec: RunSpec, silenced: tuple[Head, ...]) -> Effect:
    """Run an example with and without some heads.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    whole = runs.trace(spec)
    names = [name_in(models.catalogue()[spec.model].target_vocab, token) for token in whole.tokens]
    probabilities = token_probabilities(whole, whole.tokens).tolist()
    before = tuple(Written(name, p) for name, p in zip(names, probabilities, strict=True))
    if not silenced:
        return Effect(before, text_before=text_of(spec, whole))
    switches = replace(spec.switches, silenced=frozenset(head.intervention for head in silenced))
    same = spec if spec.teacher else replace(spec, forced=tuple(enumerate(whole.tokens)))
    fed = token_probabilities(runs.trace(same, switches), whole.tokens).tolist()
    free = runs.trace(replace(spec, teacher=False), switches)
    return Effect(
        before,
        tuple(Written(name, p) for name, p in zip(names, fed, strict=True)),
        written_by(spec, free, whole.tokens),
        text_of(spec, whole),
        text_of(spec, free),
    )


def written_by(spec: RunSpec, trace: Trace, expected: list[int]) -> tuple[Written, ...]:
    """Return what a run wrote, and where that is not what was expected."""
    vocab = models.catalogue()[spec.model].target_vocab
    return tuple(
        Written(name_in(vocab, step.token), step.probability, expected[place : place + 1] != [step.token])
        for place, step in enumerate(trace.steps)
    )


def text_of(spec: RunSpec, trace: Trace) -> str:
    """Return a run's output as text."""
    return spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(trace.tokens))
