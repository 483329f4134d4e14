"""Beam search, with every hypothesis kept beside its parent."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.decoding.session import Session
from core.vocab import BEGIN, END


@dataclass(frozen=True)
class Hypothesis:
    """One partial output: its last token, its parent (a number into the list of all hypotheses), its log-probabilities.

    Units: nats
    """

    number: int
    parent: int | None
    token: int
    log_prob: float
    total: float
    length: int

    @property
    def finished(self) -> bool:
        """Tell whether it ends with END."""
        return self.token == END

    def score(self, length_penalty: float) -> float:
        """Return the total over the length penalty ((5 + length) / 6)^α; α = 0 ranks by the total.

        Source: Wu et al. 2016, eq. 14.
        """
        return self.total / ((5 + self.length) / 6) ** length_penalty


@dataclass(frozen=True, eq=False)
class BeamStep:
    """Record one step: the hypotheses looked at closely, those that live on, those that have finished so far.

    `ranked` orders the outcomes as if the search stopped here, the best first. Rows of the weights belong to `read`,
    the hypotheses that were extended.

    Shapes: log_probs [N,V]; self_weights [L,N,H,Q,T], cross_weights [L,N,H,Q,S] or None, for N hypotheses read
    """

    index: int
    read: tuple[Hypothesis, ...]
    considered: tuple[Hypothesis, ...]
    live: tuple[Hypothesis, ...]
    finished: tuple[Hypothesis, ...]
    ranked: tuple[Hypothesis, ...]
    log_probs: Tensor
    self_weights: Tensor | None = None
    cross_weights: Tensor | None = None
    beam: "Beam | None" = field(default=None, repr=False)

    def tokens(self, hypothesis: Hypothesis) -> list[int]:
        """Return what a hypothesis has written, END included."""
        assert self.beam is not None, "a step of a beam has the beam"
        return self.beam.tokens(hypothesis)


class Beam:
    """Search for the best outputs of one source: told the log-probabilities of each step, say what to read next.

    Raises: ValueError if the width is below 1.
    """

    def __init__(self, width: int, length_penalty: float, max_len: int) -> None:
        if width < 1:
            raise ValueError(f"a beam keeps at least 1 hypothesis, got width={width}")
        self.width, self.length_penalty, self.max_len = width, length_penalty, max_len
        root = Hypothesis(number=0, parent=None, token=BEGIN, log_prob=0.0, total=0.0, length=0)
        self.live: tuple[Hypothesis, ...] = (root,)
        self.finished: tuple[Hypothesis, ...] = ()
        self.known: list[Hypothesis] = [root]

    def extend(self, log_probs: Tensor) -> tuple[tuple[Hypothesis, ...], list[int]]:
        """Extend the live hypotheses by a token.

        Returns all that were considered, the best first, and which rows of `log_probs` the live ones go on from.

        Shapes: log_probs [N,V] for N live hypotheses
        """
        considered, rows = [], []
        for parent, token, log_prob in best_extensions(self.live, log_probs, 2 * self.width):
            origin = self.live[parent]
            total, length = origin.total + log_prob, origin.length + 1
            considered.append(Hypothesis(len(self.known), origin.number, token, log_prob, total, length))
            self.known.append(considered[-1])
            rows.append(parent)
        self.finished += tuple(hypothesis for hypothesis in considered[: self.width] if hypothesis.finished)
        going_on = [i for i, hypothesis in enumerate(considered) if not hypothesis.finished][: self.width]
        self.live = tuple(considered[i] for i in going_on)
        return tuple(considered), [rows[i] for i in going_on]

    def ranked(self) -> tuple[Hypothesis, ...]:
        """Order the outcomes as if the search stopped here, the best first."""
        return rank(self.finished, self.live, self.width, self.length_penalty)

    def is_over(self) -> bool:
        """Tell whether nothing is left to extend that could still win."""
        return (
            not self.live
            or self.live[0].length >= self.max_len
            or is_over(self.finished, self.live, self.width, self.length_penalty, self.max_len)
        )

    def tokens(self, hypothesis: Hypothesis) -> list[int]:
        """Return what a hypothesis has written, END included."""
        written = []
        while hypothesis.parent is not None:
            written.append(hypothesis.token)
            hypothesis = self.known[hypothesis.parent]
        return written[::-1]


def beam_search(
    session: Session, width: int, length_penalty: float = 0.0, kind: type[Beam] = Beam
) -> Iterator[BeamStep]:
    """Extend the `width` best unfinished hypotheses a token at a time.

    An END among the `width` best extensions finishes its hypothesis. The search ends when `width` have finished and no
    live one could still overtake the best of them, or when the model can write no more. Equal totals keep the order of
    their parents, then of token ids; with width 1 the outcome is the greedy one. Another `kind` of beam may rank its
    outcomes, and end, by other rules.

    Raises: ValueError if the width is below 1, or the session holds more than one source.
    Source: Graves 2012, § 2.5; Sutskever et al. 2014, § 3.2.
    """
    beam = kind(width, length_penalty, session.max_len)
    if session.source.shape[0] != 1:
        raise ValueError(f"beam_search() reads one source, this session holds {session.source.shape[0]}")
    for index in range(session.max_len):
        read = beam.live
        advance = session.advance(session.source.new_tensor([hypothesis.token for hypothesis in read]))
        considered, rows = beam.extend(advance.log_probs)
        yield BeamStep(
            index, read, considered, beam.live, beam.finished, beam.ranked(),
            advance.log_probs, advance.self_weights, advance.cross_weights, beam,
        )  # fmt: skip
        if beam.is_over():
            return
        session.select(session.source.new_tensor(rows))


@dataclass(frozen=True)
class Outcome:
    """One output of a search: its tokens (END last where it was written) and its log-probability in nats."""

    tokens: tuple[int, ...]
    total: float


def beam_search_batch(
    session: Session, width: int, length_penalty: float = 0.0, kind: type[Beam] = Beam
) -> list[list[Outcome]]:
    """Search for all sources of a session at once and return the outcomes of each, the best first.

    Each search is the one of `beam_search`; only the model's work is shared.

    Raises: ValueError if the width is below 1.
    """
    beams = [kind(width, length_penalty, session.max_len) for _ in range(session.source.shape[0])]
    going_on = beams
    while going_on:
        read = session.source.new_tensor([h.token for beam in going_on for h in beam.live])
        log_probs = session.advance(read).log_probs.cpu()
        kept, offset, still = [], 0, []
        for beam in going_on:
            count = len(beam.live)
            _, rows = beam.extend(log_probs[offset : offset + count])
            if not beam.is_over():
                kept += [offset + row for row in rows]
                still.append(beam)
            offset += count
        going_on = still
        if going_on:
            session.select(session.source.new_tensor(kept))
    return [[Outcome(tuple(beam.tokens(h)), h.total) for h in beam.ranked()] for beam in beams]


def best_extensions(live: tuple[Hypothesis, ...], log_probs: Tensor, count: int) -> list[tuple[int, int, float]]:
    """Return the best (parent, token, log-probability) of all extensions, the best first. Shapes: log_probs [N,V]"""
    totals = log_probs.new_tensor([hypothesis.total for hypothesis in live], dtype=torch.float64)[:, None] + log_probs
    vocab_size = log_probs.shape[-1]
    order = first_of(totals.flatten(), count)
    return [(i // vocab_size, i % vocab_size, float(log_probs[i // vocab_size, i % vocab_size])) for i in order]


def first_of(totals: Tensor, count: int) -> list[int]:
    """Return the places of the `count` highest totals, the highest first, of equals the first.

    Only those that can be among them are sorted: a vocabulary has thousands.

    Shapes: totals [N·V]
    """
    lowest = totals.topk(min(count, len(totals))).values[-1]
    places = (totals >= lowest).nonzero()[:, 0]
    return places[totals[places].sort(descending=True, stable=True).indices[:count]].tolist()


def rank(
    finished: tuple[Hypothesis, ...], live: tuple[Hypothesis, ...], width: int, length_penalty: float
) -> tuple[Hypothesis, ...]:
    """Order outcomes by score, the finished before those that were cut off; ties by number."""
    by_score = sorted(finished, key=lambda hypothesis: (-hypothesis.score(length_penalty), hypothesis.number))
    cut_off = sorted(live, key=lambda hypothesis: (-hypothesis.score(length_penalty), hypothesis.number))
    return tuple((by_score + cut_off)[:width])


def is_over(
    finished: tuple[Hypothesis, ...], live: tuple[Hypothesis, ...], width: int, length_penalty: float, max_len: int
) -> bool:
    """Tell whether enough have finished and the best live one, losing nothing more, would not overtake the best."""
    if len(finished) < width:
        return False
    if width == 1:
        return True  # greedy: the length penalty has nothing to choose among
    best = max(hypothesis.score(length_penalty) for hypothesis in finished)
    longest = max_len if length_penalty > 0 else live[0].length + 1
    hope = max(hypothesis.total for hypothesis in live) / ((5 + longest) / 6) ** length_penalty
    return hope <= best
