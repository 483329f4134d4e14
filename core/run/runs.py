"""A run as a value: what was asked of which model. Equal requests share one trace."""

from collections import Counter
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import torch

from core.config import ModelConfig
from core.decoding import ParallelSession, Session, decode, decode_parallel
from core.run import models
from core.run.kept import kept
from core.run.notices import output_notices, source_notices
from core.run.titles import title_of
from core.run.tokens import visible
from core.screen.texts import say, t
from core.sentences import Refusal
from core.switches import Switches
from core.tasks import Known, Task
from core.trace import Trace, record
from core.vocab import END, PAD, SPECIALS, UNKNOWN

SWITCHES = ("causal", "padding", "position", "teacher")


def useless_switches(config: ModelConfig) -> tuple[str, ...]:
    """Name the switches that mean nothing to a model: writing all at once needs no causal mask and no teacher."""
    parallel = () if config.autoregressive else ("causal", "teacher")
    return (*parallel, *(("position",) if config.position == "none" else ()))


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """Say which model reads which source, with what switched, and what it is made to write.

    `forced` holds (step, token id), step 0 first; `pads` is how many PAD tokens follow the source, as in a batch.
    """

    model: str
    source: str
    reference: str = ""
    teacher: bool = False
    causal: bool = True
    padding: bool = True
    position: bool = True
    pads: int = 3
    forced: tuple[tuple[int, int], ...] = ()

    @property
    def switches(self) -> Switches:
        """Return the run's switches as the core knows them."""
        return Switches(causal=self.causal, padding=self.padding, position="on" if self.position else "off")

    @property
    def config(self) -> ModelConfig:
        """Return the configuration of the run's model."""
        return models.catalogue()[self.model].config

    @property
    def task(self) -> Task:
        """Return the task of the run's model."""
        return models.task_of(self.model)

    @property
    def known(self) -> Known | None:
        """Return the right answers if the app has them at hand."""
        return self.task.known(self.source)

    def meaningful(self) -> "RunSpec":
        """Return the run with what means nothing to its model as on a plain visit: equal runs, equal links and keys."""
        plain = {each.name: each.default for each in fields(self)}
        useless = useless_switches(self.config) + (() if self.config.autoregressive else ("forced",))
        return replace(self, **{name: plain[name] for name in useless})


class Unreadable(Refusal):
    """Say why a text cannot be run."""


def source_tokens(spec: RunSpec) -> list[str]:
    """Cut the source into tokens and add the padding, as much as there is room for.

    Raises: Unreadable if the source is empty or too long.
    """
    longest = models.catalogue()[spec.model].config.max_source_len
    if not spec.source.strip():
        raise Unreadable("problem.empty")
    tokens = spec.task.source_tokens(spec.source)
    if not tokens:  # nothing of what was typed is a token, a mark without its letter for one
        raise Unreadable("problem.empty")
    if len(tokens) > longest:
        got, over = f"{len(tokens):,}", f"{len(tokens) - longest:,}"
        raise Unreadable("problem.too_long", longest=longest, got=got, over=over)
    return tokens + [SPECIALS[PAD]] * min(spec.pads, longest - len(tokens))


def source_names(spec: RunSpec) -> list[str]:
    """Return the tokens of the source as they can be drawn.

    Raises: Unreadable if the source is empty or too long.
    """
    cuts_words = models.catalogue()[spec.model].source_vocab.cuts_words
    return [visible(token, cuts_words) for token in source_tokens(spec)]


def source_ids(spec: RunSpec) -> list[int]:
    """Return the ids of the source, padding included.

    Raises: Unreadable if the source is empty or too long.
    """
    return models.catalogue()[spec.model].source_vocab.encode(source_tokens(spec))


def unknown_tokens(spec: RunSpec) -> Counter[str]:
    """Count the tokens of the source that the model never saw, as they look on screen.

    Raises: Unreadable if the source is empty or too long.
    """
    pairs = zip(source_tokens(spec), source_ids(spec), strict=True)
    return Counter(visible(token) for token, number in pairs if number == UNKNOWN)


def known_reference(spec: RunSpec) -> str:
    """Return the known answer that the model gives by itself, else the usual one; nothing if none is known."""
    if spec.known is None:
        return ""
    usual, *others = spec.known.references
    if not others:
        return usual
    tokens = trace(RunSpec(model=spec.model, source=spec.source)).tokens
    output = spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(tokens))
    return output if output in others else usual


def reference_ids(spec: RunSpec) -> list[int] | None:
    """Return the ids of the reference with END, or None if none is given.

    Raises: Unreadable if the model cannot write the reference.
    """
    text = spec.reference.strip()
    if not text:
        return None
    metadata = models.catalogue()[spec.model]
    tokens = spec.task.target_tokens(text)
    if strange := sorted({visible(token) for token in tokens if token not in metadata.target_vocab}):
        shown = " ".join(strange[:8]) + (" …" if len(strange) > 8 else "")
        raise Unreadable("problem.reference_symbols", symbols=shown, known=" ".join(metadata.target_symbols[:40]))
    if len(tokens) >= metadata.config.max_target_len:
        longest = metadata.config.max_target_len - 1
        raise Unreadable("problem.reference_long", longest=longest, got=f"{len(tokens):,}")
    return [*metadata.target_vocab.encode(tokens), END]


def readable(spec: RunSpec) -> tuple[RunSpec | None, list[str]]:
    """Return what of a run's texts and switches a model can take, as `runnable` does, without running it."""
    messages: list[str] = []
    try:
        source_tokens(spec)
    except Unreadable as problem:
        return None, [say(problem)]
    try:
        reference = reference_ids(spec)
    except Unreadable as problem:
        spec, reference = replace(spec, reference="", teacher=False), None
        messages.append(say(problem))
    messages += left_aside(spec)
    spec = spec.meaningful()
    if spec.teacher and reference is None:
        spec = replace(spec, teacher=False)
        messages.append(t("problem.no_reference"))
    if spec.teacher and spec.forced:
        spec = replace(spec, forced=())
        messages.append(t("decode.forced_unread"))
    messages += source_notices(spec.task, spec.source, models.catalogue()[spec.model].training)
    if unknown := unknown_tokens(spec):
        listed = "  ".join(f"{token} ×{count}" for token, count in unknown.most_common(12))
        messages.append(t("decode.unknown", tokens=listed))
    return spec, messages


def runnable(spec: RunSpec) -> tuple[RunSpec | None, list[str]]:
    """Return what of a run can be done, None if nothing can, and a sentence about each thing that cannot.

    A run whose numbers are not finite cannot be shown either.
    """
    taken, messages = readable(spec)
    if taken is not None and not is_finite(taken):
        return None, [not_finite(taken.model)]
    return taken, messages if taken is None else [*messages, *doubts_of_output(taken)]


def doubts_of_output(spec: RunSpec) -> list[str]:
    """Say what to doubt of an output that is the model's own; what is switched or forced may well lead astray."""
    if not is_plain(spec):
        return []
    ids = trace(spec).tokens
    tokens = models.catalogue()[spec.model].target_vocab.decode(ids)
    is_cut = bool(ids) and ids[-1] != END and spec.config.decoder != "length"
    return output_notices(spec.task, spec.source, spec.reference.strip(), tokens, is_cut)


def is_plain(spec: RunSpec) -> bool:
    """Tell whether a run is the model as it was trained, writing what it likes best."""
    return spec.switches == Switches() and not spec.teacher and not spec.forced


@lru_cache(maxsize=256)
def is_finite(spec: RunSpec) -> bool:
    """Tell whether all weights and probabilities of a run are numbers: too large a learning rate ruins a model.

    What a model may never write has the probability 0, and so a logarithm of −∞.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    found = trace(spec)
    steps = [tensor for step in found.steps for tensor in (step.log_probs.exp(), step.self_weights, step.cross_weights)]
    return all(bool(tensor.isfinite().all()) for tensor in (found.encoder_weights, *steps))


def not_finite(model: str) -> str:
    """Say that a model's numbers are not finite, and what makes them so."""
    return t("problem.not_finite", model=title_of(model))


def left_aside(spec: RunSpec) -> list[str]:
    """Say what of a run a model cannot follow that writes all positions at once."""
    if spec.config.autoregressive:
        return []
    messages = [t("problem.parallel_teacher")] if spec.teacher else []
    return messages + ([t("problem.parallel_forced")] if spec.forced else [])


def missing_parts(spec: RunSpec) -> list[str]:
    """Say what is to be switched off of a model that has no such part."""
    useless = useless_switches(spec.config)
    return [t(f"problem.no_{name}") for name in ("causal", "position") if name in useless and not getattr(spec, name)]


def trace(spec: RunSpec, switches: Switches | None = None) -> Trace:
    """Run the model and keep what happened; a reference that is not fed to the decoder changes nothing.

    A page that switches more than all pages do gives its own switches: replace(spec.switches, silenced=…).

    Raises: Unreadable if the source or the reference cannot be run.
    """
    return _trace(spec if spec.teacher else replace(spec, reference=""), switches or spec.switches)


@kept
def _trace(spec: RunSpec, switches: Switches) -> Trace:
    source = torch.tensor([source_ids(spec)])
    if not spec.config.autoregressive:
        parallel = ParallelSession(models.model(spec.model), source, switches)
        return record(parallel, decode_parallel(parallel))
    reference = reference_ids(spec) if spec.teacher else None
    session = Session(models.model(spec.model), source, switches)
    return record(session, decode(session, forced=dict(spec.forced), reference=reference))
