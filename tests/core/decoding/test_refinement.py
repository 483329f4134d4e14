"""Mask-predict: each pass against plain loops over full runs, and many targets at once against each alone."""

import math
from itertools import pairwise

import pytest
import torch

from core.decoding import ParallelSession, decode_batch, decode_parallel, hidden_count, refine, refine_batch
from core.decoding.refinement import least_sure
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import Recorder
from core.vocab import BEGIN, END, PAD
from tests.core import tiny
from tests.core.test_switches import MANY
from tests.core.tiny import ids, weights_of, worst

decoders = pytest.mark.parametrize("decoder", ("length", "end"))


def by_loops(built: Transformer, source: torch.Tensor, length: int, passes: int, switches: Switches) -> list[dict]:
    """Follow the paper position by position, on plain numbers from one uncached run a pass."""
    tokens, probabilities, found = [None] * length, [0.0] * length, []
    for t in range(passes):
        count = math.floor(length * (passes - t) / passes)
        if count == 0:
            break
        again = sorted(range(length), key=lambda i: (probabilities[i], i))[:count]
        read = [BEGIN if i in again else tokens[i] for i in range(length)]
        logits = full_pass(built, source, torch.tensor([read]), switches)[0].tolist()
        for i in again:
            total = sum(math.exp(x) for x in logits[i])
            tokens[i] = max(range(len(logits[i])), key=lambda w: logits[i][w])
            probabilities[i] = math.exp(logits[i][tokens[i]]) / total
        found.append({"read": read, "again": sorted(again), "tokens": [*tokens], "probabilities": [*probabilities]})
    return found


@decoders
@pytest.mark.parametrize("passes", (1, 2, 3, 5, 9))
@pytest.mark.parametrize("switches", (MANY["nothing"], MANY["silenced"]), ids=("nothing", "silenced"))
def test_every_pass_is_the_papers(decoder: str, passes: int, switches: Switches) -> None:
    for seed in range(4):
        built, source = tiny.model(seed, decoder=decoder), ids(6, seed=seed)
        session = ParallelSession(built, source, switches)
        expected = by_loops(built, source, session.length, passes, session.switches)
        steps = list(refine(session, passes))
        assert len(steps) == len(expected)
        for index, (step, told) in enumerate(zip(steps, expected, strict=True)):
            assert step.index == index
            assert step.read.tolist() == told["read"]
            assert step.hidden.nonzero()[:, 0].tolist() == told["again"]
            assert step.tokens.tolist() == told["tokens"]
            assert step.sureness.exp().tolist() == pytest.approx(told["probabilities"])


def test_a_pass_shows_what_it_attended_to() -> None:
    built, source = tiny.model(5, decoder="length"), ids(6)
    session = ParallelSession(built, source, length=5)
    *_, last = refine(session, 4)
    recorder = Recorder()
    logits = full_pass(built, source, last.read[None], session.switches, recorder)
    assert not torch.equal(last.read, torch.full((5,), BEGIN))
    assert worst(last.log_probs, logits[0].log_softmax(-1)) < 1e-10
    for weights, name in ((last.self_weights, "self_attn"), (last.cross_weights, "cross_attn")):
        assert worst(weights, weights_of(recorder, "decoder", name, 2)[:, 0]) < 1e-10


@decoders
def test_the_first_pass_is_the_one_pass_decode(decoder: str) -> None:
    built, source = tiny.stopping_model(3, decoder=decoder), ids(6)
    session = ParallelSession(built, source)
    one_pass = [step.token for step in decode_parallel(session)]
    for passes in (1, 4):
        first = next(refine(session, passes))
        assert first.text == one_pass
        assert bool(first.hidden.all())
        assert worst(first.log_probs, session.log_probs) < 1e-12


def test_tokens_that_are_not_hidden_stay_as_they_are() -> None:
    session = ParallelSession(tiny.model(2, decoder="length"), ids(6), length=7)
    steps = list(refine(session, 7))
    for before, after in pairwise(steps):
        kept = ~after.hidden
        assert int(after.hidden.sum()) == hidden_count(7, after.index, 7)
        assert torch.equal(after.tokens[kept], before.tokens[kept])
        assert torch.equal(after.sureness[kept], before.sureness[kept])
        assert float(before.sureness[after.hidden].max()) <= float(before.sureness[kept].min())


def test_of_equally_sure_positions_the_first_are_hidden() -> None:
    sureness = torch.tensor([[-1.0, -2.0, -1.0, -1.0], [0.0, 0.0, 0.0, 0.0]])
    assert least_sure(sureness, 3).tolist() == [[True, True, True, False]] * 2
    assert least_sure(sureness, 1).tolist() == [[False, True, False, False], [True, False, False, False]]


@pytest.mark.parametrize(
    ("length", "passes", "counts"), ((10, 4, [10, 7, 5, 2]), (10, 1, [10]), (3, 10, [3, 2, 2, 2, 1, 1, 1, 0, 0, 0]))
)
def test_ever_fewer_positions_are_hidden(length: int, passes: int, counts: list[int]) -> None:
    assert [hidden_count(length, index, passes) for index in range(passes)] == counts


def test_the_length_may_be_overruled() -> None:
    built, source = tiny.model(decoder="length"), ids(6)
    for length in (1, 4, 7):
        *_, last = refine(ParallelSession(built, source, length=length), 4)
        assert len(last.text) == length
        expected = by_loops(built, source, length, 4, Switches(causal=False))
        assert last.text == expected[-1]["tokens"]


def test_an_output_that_is_cut_counts_up_to_END() -> None:
    seen = set()
    for seed in range(12):
        for step in refine(ParallelSession(tiny.stopping_model(seed, decoder="end"), ids(6)), 3):
            assert len(step.tokens) == 7
            assert END not in step.text[:-1]
            assert step.text[-1] == END or len(step.text) == 7
            seen.add(len(step.text))
    assert len(seen) > 2


@decoders
@pytest.mark.parametrize("passes", (1, 2, 4, 10))
def test_a_batch_is_refined_as_each_source_alone(decoder: str, passes: int) -> None:
    source = ids(6, 4, 9, 5, 8, 3)
    lengths = set()
    for seed in range(4):
        built = tiny.stopping_model(seed, decoder=decoder)
        together = refine_batch(built, source, passes)
        for row, refined in zip(source, together, strict=True):
            session = ParallelSession(built, row[row != PAD][None])
            steps = list(refine(session, passes))
            assert refined == (steps[-1].text, len(steps))
            lengths.add(session.length)
        if passes == 1:
            assert decode_batch(built, source) == [refined.tokens for refined in together]
    assert decoder == "end" or len(lengths) > 1


def test_the_distribution_over_lengths() -> None:
    built, source = tiny.model(4, decoder="length"), ids(6)
    session = ParallelSession(built, source)
    assert session.length_log_probs.exp().sum().item() == pytest.approx(1)
    assert session.length == max(1, int(session.length_log_probs.argmax()))
    overruled = ParallelSession(built, source, length=3)
    assert worst(overruled.length_log_probs, session.length_log_probs) == 0
    assert ParallelSession(tiny.model(4, decoder="end"), source).length_log_probs is None


def test_what_refinement_refuses() -> None:
    with pytest.raises(ValueError, match="at least 1 pass, got 0"):
        next(refine(ParallelSession(tiny.model(decoder="length"), ids(6)), 0))
    with pytest.raises(ValueError, match=r"use Session and decode\(\)"):
        refine_batch(tiny.model(), ids(6, 6), 2)
