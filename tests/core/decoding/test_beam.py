"""Beam search against greedy decoding, against every sequence there is, and against a plain search without a cache."""

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.decoding import BeamStep, Hypothesis, Session, beam_search, beam_search_batch, decode
from core.decoding.session import Advance
from core.model import Transformer
from core.switches import Switches, full_pass
from core.vocab import BEGIN, END
from tests.core import tiny
from tests.core.tiny import ids, worst

VOCAB, LONGEST = 6, 4
penalties = pytest.mark.parametrize("penalty", (0.0, 0.8))


def small(seed: int, **changes) -> Transformer:
    """Build a model of 6 symbols and 4 steps, in which END is neither rare nor sure."""
    built = tiny.model(seed, target_vocab_size=VOCAB, max_target_len=LONGEST, tying="none", **changes)
    built.output.weight.mul_(0.3)
    return built


def tied() -> Transformer:
    """Build a model to which every symbol is equally likely, always."""
    built = small(0)
    built.output.weight.zero_()
    built.output_bias.zero_()
    return built


def score(total: float, length: int, penalty: float) -> float:
    return total / ((5 + length) ** penalty / 6**penalty)


def next_log_probs(built: Transformer, source: Tensor, written: tuple[int, ...]) -> list[float]:
    return built(source, torch.tensor([[BEGIN, *written]]))[0, -1].log_softmax(-1).tolist()


def every_sequence(built: Transformer, source: Tensor) -> dict[tuple[int, ...], float]:
    """Return the total log-probability of every output that ends with END or is as long as can be."""
    longest = list(product(range(VOCAB), repeat=LONGEST))
    read = torch.tensor([(BEGIN, *written[:-1]) for written in longest])
    log_probs = built(source.expand(len(longest), -1), read).log_softmax(-1).tolist()
    totals = {}
    for written, rows in zip(longest, log_probs, strict=True):
        end = written.index(END) + 1 if END in written else LONGEST
        totals[written[:end]] = sum(row[token] for row, token in zip(rows[:end], written[:end], strict=True))
    return totals


def tokens(steps: list[BeamStep], hypothesis: Hypothesis) -> tuple[int, ...]:
    """Walk from a hypothesis to the root."""
    known = {h.number: h for step in steps for h in (*step.read, *step.considered)}
    assert sum(len(step.considered) for step in steps) + 1 == len(known), "numbers are used once"
    written = []
    while hypothesis.parent is not None:
        written.append(hypothesis.token)
        hypothesis = known[hypothesis.parent]
    assert hypothesis.token == BEGIN
    return tuple(reversed(written))


def outcomes(
    built: Transformer, source: Tensor, width: int, penalty: float
) -> tuple[list[tuple[int, ...]], list[float]]:
    steps = list(beam_search(Session(built, source), width, penalty))
    ranked = steps[-1].ranked
    return [tokens(steps, h) for h in ranked], [h.score(penalty) for h in ranked]


@penalties
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_wide_enough_finds_what_trying_everything_finds(seed: int, penalty: float) -> None:
    built, source = small(seed), ids(6, seed=seed)
    totals = every_sequence(built, source)
    assert len(totals) == sum(5**n for n in range(LONGEST)) + 5**LONGEST
    scores = {written: score(total, len(written), penalty) for written, total in totals.items()}
    ended = sorted((w for w in scores if w[-1] == END), key=lambda w: -scores[w])
    cut_off = sorted((w for w in scores if w[-1] != END), key=lambda w: -scores[w])
    found, found_scores = outcomes(built, source, VOCAB**LONGEST, penalty)
    assert found == ended + cut_off
    assert found_scores == pytest.approx([scores[written] for written in found], abs=1e-9)


@penalties
def test_ties_keep_the_order_of_parents_then_of_token_ids(penalty: float) -> None:
    built, source = tied(), ids(6)
    totals = every_sequence(built, source)
    scores = {w: round(score(total, len(w), penalty), 9) for w, total in totals.items()}
    ended = sorted((w for w in scores if w[-1] == END), key=lambda w: (-scores[w], len(w), w))
    cut_off = sorted((w for w in scores if w[-1] != END), key=lambda w: (-scores[w], w))
    assert outcomes(built, source, VOCAB**LONGEST, penalty)[0] == ended + cut_off


def plain_beam(built: Transformer, source: Tensor, width: int, penalty: float) -> tuple[int, ...]:
    """Search with tuples and full passes, and never stop early: the best that ended, else the best of all."""
    live: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    ended: list[tuple[float, tuple[int, ...]]] = []
    for _ in range(LONGEST):
        extensions = [
            (total + log_prob, (*written, token))
            for total, written in live
            for token, log_prob in enumerate(next_log_probs(built, source, written))
        ]
        extensions.sort(key=lambda extension: -extension[0])
        ended += [extension for extension in extensions[:width] if extension[1][-1] == END]
        live = [extension for extension in extensions if extension[1][-1] != END][:width]
    return max(ended or live, key=lambda outcome: score(outcome[0], len(outcome[1]), penalty))[1]


@penalties
@pytest.mark.parametrize("width", (2, 3, 5))
def test_stopping_early_and_the_cache_never_change_the_winner(width: int, penalty: float) -> None:
    lengths = set()
    for seed in range(8):
        built, source = small(seed), ids(6, seed=seed)
        steps = list(beam_search(Session(built, source), width, penalty))
        assert tokens(steps, steps[-1].ranked[0]) == plain_beam(built, source, width, penalty)
        lengths.add(len(steps))
    assert min(lengths) < LONGEST, "some search should stop early"


@pytest.mark.parametrize("penalty", (0.0, 0.8, 2.0))
def test_a_beam_of_one_is_greedy(penalty: float) -> None:
    lengths = set()
    for seed in range(12):
        built, source = small(seed), ids(6, seed=seed)
        greedy = [step.token for step in decode(Session(built, source))]
        found, _ = outcomes(built, source, 1, penalty)
        assert found == [tuple(greedy)]
        lengths.add(len(greedy))
    assert len(lengths) > 1
    greedy = tuple(step.token for step in decode(Session(tied(), ids(6))))
    assert outcomes(tied(), ids(6), 1, penalty)[0] == [greedy]


class Scripted:
    """Stand in for a session whose model says what the script says: one row of probabilities for each token read."""

    def __init__(self, script: dict[int, list[float]], max_len: int) -> None:
        self.script, self.max_len, self.source = script, max_len, torch.zeros(1, 1)

    def advance(self, read: Tensor) -> Advance:
        rows = torch.tensor([self.script[token] for token in read.tolist()], dtype=torch.float64)
        log_probs = (rows / rows.sum(-1, keepdim=True)).log()
        return Advance(log_probs, log_probs, None, None)

    def select(self, rows: Tensor) -> None:
        pass


@pytest.mark.parametrize(("width", "expected"), [(1, (END,)), (2, (4, END))])
def test_a_length_penalty_may_prefer_the_longer_output_but_not_in_a_beam_of_one(
    width: int, expected: tuple[int, ...]
) -> None:
    """END is likeliest at once, but the second best goes on to a sure END, which the penalty prefers."""
    rare = 1e-9
    script = {BEGIN: [rare, rare, 0.5, rare, 0.49], 4: [rare, rare, 1.0, rare, rare]}
    session = Scripted(script | {token: script[4] for token in (0, 3)}, max_len=4)
    steps = list(beam_search(session, width, 0.8))
    assert tokens(steps, steps[-1].ranked[0]) == expected


def test_the_search_goes_on_while_a_longer_output_could_still_overtake() -> None:
    """Two have finished after two steps, but at six tokens the third scores more: −0.916 / 1.199 against −0.799."""
    rare = [1e-9] * 9

    def likely(**tokens: float) -> list[float]:
        return [tokens.get(f"t{token}", other) for token, other in enumerate(rare)]

    script = {BEGIN: likely(t2=0.45, t4=0.40, t3=0.15), 3: likely(t2=1.0), 8: likely(t2=1.0)}
    script |= {token: likely(**{f"t{token + 1}": 1.0}) for token in (4, 5, 6, 7)} | {0: likely(t2=1.0)}
    steps = list(beam_search(Scripted(script, max_len=6), 2, 0.3))
    assert tokens(steps, steps[-1].ranked[0]) == (4, 5, 6, 7, 8, END)


@penalties
@pytest.mark.parametrize("causal", (True, False))
def test_steps_tell_the_whole_search(causal: bool, penalty: float) -> None:
    built, source, width = small(1), ids(6), 3
    switches = Switches(causal=causal)
    steps = list(beam_search(Session(built, source, switches), width, penalty))
    previous: tuple[Hypothesis, ...] = steps[0].read
    assert [h.token for h in previous] == [BEGIN]
    for index, step in enumerate(steps):
        assert step.index == index
        assert step.read == previous
        assert len(step.live) <= width and not any(h.finished for h in step.live)
        assert all(h.finished for h in step.finished)
        assert set(step.live) <= set(step.considered)
        assert [h.total for h in step.considered] == sorted((h.total for h in step.considered), reverse=True)
        rows = {h.number: row for row, h in enumerate(step.read)}
        for row, h in enumerate(step.read):
            read = torch.tensor([[BEGIN, *tokens(steps, h)]])
            expected = full_pass(built, source, read, switches)[0, -1].log_softmax(-1)
            assert worst(step.log_probs[row], expected) < 1e-10
        for h in step.considered:
            assert h.length == index + 1
            assert h.log_prob == float(step.log_probs[rows[h.parent], h.token])
            assert h.total == pytest.approx(step.read[rows[h.parent]].total + h.log_prob)
        queries = 1 if causal else index + 1
        assert step.self_weights.shape == (2, len(step.read), 3, queries, index + 1)
        assert step.cross_weights.shape == (2, len(step.read), 3, queries, 6)
        previous = step.live


def test_the_length_penalty_is_that_of_the_paper() -> None:
    hypothesis = Hypothesis(number=1, parent=0, token=5, log_prob=-1.0, total=-3.0, length=7)
    assert hypothesis.score(0.0) == -3.0
    assert hypothesis.score(1.0) == pytest.approx(-3.0 / 2.0)
    assert hypothesis.score(0.8) == pytest.approx(-3.0 / 2.0**0.8)


def test_what_beam_search_refuses() -> None:
    built = tiny.model()
    with pytest.raises(ValueError, match="width=0"):
        next(beam_search(Session(built, ids(6)), 0))
    with pytest.raises(ValueError, match="holds 2"):
        next(beam_search(Session(built, ids(6, 6)), 2))


@pytest.mark.parametrize("width", (1, 3))
@penalties
def test_many_searches_at_once_are_the_single_ones(width: int, penalty: float) -> None:
    built = tiny.stopping_model(3)
    sources = ids(5, 2, 7, 3, seed=4)
    together = beam_search_batch(Session(built, sources, record=False), width, penalty)
    for source, outcomes in zip(sources, together, strict=True):
        steps = list(beam_search(Session(built, source[None]), width, penalty))
        alone = [(tokens(steps, hypothesis), hypothesis.total) for hypothesis in steps[-1].ranked]
        assert [outcome.tokens for outcome in outcomes] == [written for written, _ in alone]
        assert [outcome.total for outcome in outcomes] == pytest.approx([total for _, total in alone])
    assert len({len(outcomes[0].tokens) for outcomes in together}) > 1, "they should end at different steps"


scripts = st.lists(st.lists(st.integers(1, 3), min_size=VOCAB, max_size=VOCAB), min_size=VOCAB, max_size=VOCAB)


def search_by_hand(
    script: list[list[float]], width: int, penalty: float, max_len: int
) -> tuple[list[tuple[float, tuple[int, ...]]], list[tuple[float, tuple[int, ...]]]]:
    """Search a script with lists of tuples; return what ended and what was cut off, each the best first."""
    live: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    ended: list[tuple[float, tuple[int, ...]]] = []
    by_score = lambda one: -score(one[0], len(one[1]), penalty)  # noqa: E731
    for length in range(1, max_len + 1):
        grown = [
            (total + log_prob, (*written, token))
            for total, written in live
            for token, log_prob in enumerate(script[written[-1] if written else BEGIN])
        ]
        grown.sort(key=lambda one: -one[0])
        ended += [one for one in grown[:width] if one[1][-1] == END]
        live = [one for one in grown[: 2 * width] if one[1][-1] != END][:width]
        if width == 1 and ended:
            break
        reach = max_len if penalty > 0 else length + 1
        best = max((score(total, len(written), penalty) for total, written in ended), default=-float("inf"))
        if len(ended) >= width and (not live or score(live[0][0], reach, penalty) <= best):
            break
    return sorted(ended, key=by_score), sorted(live, key=by_score)


@given(script=scripts, width=st.integers(1, 6), penalty=st.sampled_from((0.0, 0.5, 1.0, 2.0)))
def test_every_outcome_in_its_place_where_ties_are_common(script: list[list[int]], width: int, penalty: float) -> None:
    """Probabilities are small whole numbers over their sum, so that many hypotheses are exactly as likely as others."""
    session = Scripted(dict(enumerate(script)), max_len=LONGEST)
    log_probs = session.advance(torch.arange(VOCAB)).log_probs.tolist()
    steps = list(beam_search(session, width, penalty))
    ended, cut_off = search_by_hand(log_probs, width, penalty, LONGEST)
    assert [tokens(steps, h) for h in steps[-1].ranked] == [written for _, written in (ended + cut_off)[:width]]
    assert [h.total for h in steps[-1].ranked] == pytest.approx([total for total, _ in (ended + cut_off)[:width]])
