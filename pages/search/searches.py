"""The searches of one source: the beam with all its hypotheses, greedy decoding beside it, and where the two part."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from core.decoding import BeamStep, Hypothesis, Session, beam_search
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.vocab import END


def plain(spec: RunSpec) -> RunSpec:
    """Return a run as searches take it: nothing forced, nothing fed."""
    return replace(spec, forced=(), teacher=False, reference="")


@dataclass(frozen=True, eq=False)
class Search:
    """Hold a whole beam search: its steps, without self-attention, and cross-attention's newest rows alone.

    Shapes: cross_weights of a step [L,N,H,1,S]
    """

    steps: tuple[BeamStep, ...]

    @cached_property
    def known(self) -> dict[int, Hypothesis]:
        """Return every hypothesis by its number."""
        return {each.number: each for step in self.steps for each in (*step.read, *step.considered)}

    @cached_property
    def read(self) -> dict[int, tuple[int, int]]:
        """Return the step and the row in which a hypothesis was read on, by its number."""
        return {each.number: (step.index, row) for step in self.steps for row, each in enumerate(step.read)}

    @property
    def best(self) -> Hypothesis:
        """Return the outcome that is ranked first."""
        return self.steps[-1].ranked[0]

    def path(self, hypothesis: Hypothesis) -> list[Hypothesis]:
        """Return the hypotheses from the first token to this one, the root left out."""
        walked = []
        while hypothesis.parent is not None:
            walked.append(hypothesis)
            hypothesis = self.known[hypothesis.parent]
        return walked[::-1]

    def tokens(self, hypothesis: Hypothesis) -> tuple[int, ...]:
        """Return what a hypothesis has written, END included."""
        return tuple(each.token for each in self.path(hypothesis))

    def log_probs(self, number: int) -> Tensor | None:
        """Return the distribution of what follows a hypothesis, None if the search never read it. Shapes: → [V]"""
        if number not in self.read:
            return None
        step, row = self.read[number]
        return self.steps[step].log_probs[row]

    def along(self, tokens: tuple[int, ...]) -> list[int]:
        """Return the numbers of the hypotheses that write the beginning of these tokens, as far as the search went."""
        numbers, parent = [], 0
        children = {(each.parent, each.token): each.number for each in self.known.values()}
        for token in tokens:
            if (parent, token) not in children:
                break
            parent = children[parent, token]
            numbers.append(parent)
        return numbers


@kept
def search(spec: RunSpec, width: int, length_penalty: float) -> Search:
    """Search for the likeliest outputs of a source, switched as the run is.

    Raises: Unreadable if the source cannot be run.
    """
    session = Session(models.model(spec.model), torch.tensor([runs.source_ids(spec)]), spec.switches)
    return Search(
        tuple(
            replace(step, self_weights=None, cross_weights=step.cross_weights[:, :, :, -1:].clone())
            for step in beam_search(session, width, length_penalty)
        )
    )


@dataclass(frozen=True)
class Output:
    """Hold one whole output: its tokens, its text, its log-probability in nats, and whether it ends with END."""

    tokens: tuple[int, ...]
    text: str
    log_prob: float

    @property
    def finished(self) -> bool:
        """Tell whether it ends with END."""
        return bool(self.tokens) and self.tokens[-1] == END


def output(spec: RunSpec, tokens: tuple[int, ...], log_prob: float) -> Output:
    """Return tokens as an output."""
    return Output(tokens, spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(tokens)), log_prob)


def greedy(spec: RunSpec) -> Output:
    """Return what greedy decoding writes."""
    trace = runs.trace(plain(spec))
    total = sum(float(step.log_probs[step.token]) for step in trace.steps)
    return output(spec, tuple(trace.tokens), total)


def reference(spec: RunSpec) -> Output | None:
    """Return the reference and the log-probability that the model gives it, None if there is none to be read."""
    if not spec.reference.strip():
        return None
    ids = runs.reference_ids(spec)
    steps = runs.trace(replace(spec, forced=(), teacher=True)).steps
    return output(spec, tuple(ids), sum(float(step.log_probs[token]) for step, token in zip(steps, ids, strict=True)))


@dataclass(frozen=True)
class Parting:
    """Say where greedy decoding left the beam's best output.

    `index` counts steps from 0; both log-probabilities, in nats, are of tokens after the same beginning.
    """

    index: int
    greedy_token: int
    best_token: int
    greedy_log_prob: float
    best_log_prob: float


def parting(spec: RunSpec, best: tuple[int, ...]) -> Parting | None:
    """Find the first step at which greedy decoding writes something else than an output, None if there is none."""
    steps = runs.trace(plain(spec)).steps
    for step, token in zip(steps, best, strict=False):
        if step.token != token:
            probs = step.log_probs
            return Parting(step.index, step.token, token, float(probs[step.token]), float(probs[token]))
    return None


def forced_for(spec: RunSpec, tokens: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Return the fewest forced tokens with which a run writes these: those that the model would not choose itself."""
    forced: tuple[tuple[int, int], ...] = ()
    while True:
        written = runs.trace(replace(plain(spec), forced=forced)).tokens
        wrong = next((i for i, token in enumerate(tokens) if i >= len(written) or written[i] != token), None)
        if wrong is None:
            return forced
        forced = (*forced, (wrong, tokens[wrong]))
