"""Beam search, with every hypothesis kept beside its parent."""

from collections.abc import Iterator
from dataclasses import dataclass

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


def beam_search(session: Session, width: int, length_penalty: float = 0.0) -> Iterator[BeamStep]:
    """Extend the `width` best unfinished hypotheses a token at a time.

    An END among the `width` best extensions finishes its hypothesis. The search ends when `width` have finished and no
    live one could still overtake the best of them, or when the model can write no more. Equal totals keep the order of
    their parents, then of token ids; with width 1 the outcome is the greedy one.

    Raises: ValueError if the width is below 1, or the session holds more than one source.
    Source: Graves 2012, § 2.5; Sutskever et al. 2014, § 3.2.
    """
    if width < 1:
        raise ValueError(f"a beam keeps at least 1 hypothesis, got width={width}")
    if session.source.shape[0] != 1:
        raise ValueError(f"beam_search() reads one source, this session holds {session.source.shape[0]}")
    count = 1
    live = (Hypothesis(number=0, parent=None, token=BEGIN, log_prob=0.0, total=0.0, length=0),)
    finished: tuple[Hypothesis, ...] = ()
    for index in range(session.max_len):
        advance = session.advance(torch.tensor([hypothesis.token for hypothesis in live]))
        read, considered, rows = live, [], []
        for parent, token, log_prob in best_extensions(live, advance.log_probs, 2 * width):
            origin = live[parent]
            considered.append(
                Hypothesis(count, origin.number, token, log_prob, origin.total + log_prob, origin.length + 1)
            )
            rows.append(parent)
            count += 1
        finished += tuple(hypothesis for hypothesis in considered[:width] if hypothesis.finished)
        going_on = [i for i, hypothesis in enumerate(considered) if not hypothesis.finished][:width]
        live = tuple(considered[i] for i in going_on)
        ranked = rank(finished, live, width, length_penalty)
        yield BeamStep(
            index, read, tuple(considered), live, finished, ranked,
            advance.log_probs, advance.self_weights, advance.cross_weights,
        )  # fmt: skip
        if not live or is_over(finished, live, width, length_penalty, session.max_len):
            return
        session.select(torch.tensor([rows[i] for i in going_on]))


def best_extensions(live: tuple[Hypothesis, ...], log_probs: Tensor, count: int) -> list[tuple[int, int, float]]:
    """Return the best (parent, token, log-probability) of all extensions, the best first. Shapes: log_probs [N,V]"""
    totals = torch.tensor([hypothesis.total for hypothesis in live], dtype=torch.float64)[:, None] + log_probs
    vocab_size = log_probs.shape[-1]
    order = totals.flatten().sort(descending=True, stable=True).indices[:count].tolist()
    return [(i // vocab_size, i % vocab_size, float(log_probs[i // vocab_size, i % vocab_size])) for i in order]


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
