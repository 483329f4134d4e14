"""Exposure bias: what is fed, what is written alone, and what follows a wrong token, each redone one step at a time."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.decoding import Session, continue_batch, decode
from core.evaluation.error_injection import (
    Injection,
    Item,
    back_after,
    damage,
    inject,
    items_of,
    likeliest_wrong,
    read_both,
)
from core.evaluation.recovery_rates import by_place, count_recovery, in_all, measure_recovery, shares
from core.model import Transformer
from core.tasks import Example
from core.tasks.edit_distance import edit_distance
from core.vocab import END, PAD, SPECIALS
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

MODEL = tiny.stopping_model(3, push=2.0)


def items(count: int = 9, seed: int = 0) -> list[Item]:
    """Draw sources and references of various lengths."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for number in range(count):
        source = torch.randint(4, 17, (1 + number % 5,), generator=generator).tolist()
        target = torch.randint(4, 13, (number % 6,), generator=generator).tolist()
        found.append(Item(tuple(source), (*target, END)))
    return found


def alone(model: Transformer, source: tuple[int, ...], forced: dict[int, int]) -> list[int]:
    """Decode one source by the generator that pages step through, forced tokens and all."""
    return [step.token for step in decode(Session(model, torch.tensor([source]), record=False), forced=forced)]


# Going on from a beginning


def test_a_batch_goes_on_from_its_beginnings_as_each_row_alone() -> None:
    found = items(12)
    begun = [list(item.reference[:-1])[: number % 4] for number, item in enumerate(found)]
    source = torch.tensor([[*item.source, *[PAD] * (5 - len(item.source))] for item in found])
    rows = continue_batch(MODEL, source, begun)
    assert rows == [alone(MODEL, x.source, dict(enumerate(first))) for x, first in zip(found, begun, strict=True)]
    assert len({len(row) for row in rows}) > 2


def test_a_beginning_that_holds_END_is_kept_and_gone_on_from() -> None:
    row = continue_batch(MODEL, torch.tensor([[5, 6]]), [[END, 7]])[0]
    assert row[:2] == [END, 7] and len(row) > 2


def test_a_beginning_longer_than_the_model_can_write_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 7 tokens, a beginning has 8"):
        continue_batch(MODEL, torch.tensor([[5, 6]]), [[7] * 8])


# What is read and written


def test_fed_own_and_wrong_are_those_of_single_runs() -> None:
    found = items()
    for item, read in zip(found, read_both(MODEL, found), strict=True):
        session = Session(MODEL, torch.tensor([item.source]), record=False)
        steps = list(decode(session, reference=item.reference))
        assert read.fed == tuple(step.predicted for step in steps)
        assert read.own == tuple(alone(MODEL, item.source, {}))
        for place, step in enumerate(steps[:-1]):
            ranked = step.log_probs.argsort(descending=True).tolist()
            right = item.reference[place]
            assert read.wrong[place] == next(x for x in ranked if x >= len(SPECIALS) and x != right)
        assert len(read.wrong) == len(item.reference) - 1


def test_every_place_gets_its_error_and_its_control() -> None:
    found = items()
    reads = read_both(MODEL, found)
    cases = inject(MODEL, reads)
    assert [(case.item, case.step) for case in cases] == [(x, n) for x in found for n in range(len(x.reference) - 1)]
    for case in cases:
        read = next(read for read in reads if read.item == case.item)
        right = case.item.reference[: case.step]
        wrong = alone(MODEL, case.item.source, dict(enumerate([*right, read.wrong[case.step]])))
        control = alone(MODEL, case.item.source, dict(enumerate(case.item.reference[: case.step + 1])))
        assert (case.output, case.control) == (tuple(wrong), tuple(control))


def test_a_control_that_is_not_run_is_what_it_would_have_been() -> None:
    """Take what the model writes alone as the reference: then all is right, and nothing need be run."""
    own = [Item(item.source, tuple(alone(MODEL, item.source, {}))) for item in items()]
    own = [item for item in own if item.reference[-1] == END]
    cases = inject(MODEL, read_both(MODEL, own))
    assert cases and all(case.control_right for case in cases)
    for case in cases:
        assert list(case.control) == alone(
            MODEL, case.item.source, dict(enumerate(case.item.reference[: case.step + 1]))
        )


def test_a_decoder_that_reads_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="'end' reads no tokens"):
        read_both(tiny.model(dtype=torch.float32, decoder="end"), items())


@given(right=st.integers(0, 12), seed=st.integers(0, 99))
def test_the_likeliest_wrong_token_is_ordinary_and_not_the_right_one(right: int, seed: int) -> None:
    scores = torch.randn(1, 13, generator=torch.Generator().manual_seed(seed))
    found = int(likeliest_wrong(scores, torch.tensor([right])))
    assert found >= len(SPECIALS) and found != right
    assert all(scores[0, found] >= scores[0, x] for x in range(len(SPECIALS), 13) if x != right)


# Recovery, by hand: the reference is 1 2 3 4 5 END, the wrong token is written at place 3 (step 2)

REFERENCE = (11, 12, 13, 14, 15, END)


@pytest.mark.parametrize(
    ("output", "further", "back"),
    [
        ((11, 12, 9, 14, 15, END), 0, 0),  # replaced one
        ((11, 12, 9, 13, 14, 15, END), 0, 0),  # put one in between
        ((11, 12, 14, 15, END), 0, 0),  # left one out
        ((11, 12, 9, 9, 15, END), 1, 1),  # one more wrong, then right
        ((11, 12, 9, 8, 8, 14, 15, END), 2, 2),
        ((11, 12, 9, 8, 8, END), 2, None),  # only END is right
        ((11, 12, 9, END), 2, None),
        ((11, 12, 9, 14, 15, 15), 1, None),  # cut off: no END
    ],
)
def test_damage_and_being_back(output: tuple[int, ...], further: int, back: int | None) -> None:
    case = Injection(Item((5,), REFERENCE), 2, output, REFERENCE)
    assert (case.damage, case.back_after) == (further, back)


def test_after_the_last_token_END_alone_is_being_back() -> None:
    assert back_after((11, 12, 13, 14, 9, END), REFERENCE, 4) == 0
    assert back_after((11, 12, 13, 14, 9, 9, END), REFERENCE, 4) == 1


def test_the_wrong_token_itself_is_no_part_of_the_ending() -> None:
    """1 2 1 2 END with 2 written first: the whole output is an ending of the reference, but the error stays one."""
    assert back_after((12, 11, 12, END), (11, 12, 11, 12, END), 0) == 0


symbols = st.lists(st.integers(4, 7), max_size=6)


@given(reference=symbols.filter(len), tail=symbols, step=st.integers(0, 5), wrong=st.integers(4, 7))
def test_no_damage_means_back_at_once_and_the_other_way_round_for_substitutions(
    reference: list[int], tail: list[int], step: int, wrong: int
) -> None:
    step = min(step, len(reference) - 1)
    wrong = wrong if wrong != reference[step] else 8
    output = [*reference[:step], wrong, *tail, END]
    assert damage(output, [*reference, END]) == edit_distance(output, [*reference, END]) - 1 >= 0
    if tail == reference[step + 1 :]:
        assert damage(output, [*reference, END]) == 0
        assert back_after(output, [*reference, END], step) == 0


# Counting


def test_counts_are_those_of_the_cases() -> None:
    found = items(14)
    reads = read_both(MODEL, found)
    cases = inject(MODEL, reads)
    counts = count_recovery(reads, cases)
    assert counts["items", 0] == 14
    assert in_all(counts, "injected") == len(cases)
    for place in range(1, 6):
        here = [case for case in cases if case.step == place - 1]
        assert counts["recovered", place] == sum(edit_distance(x.output, x.item.reference) == 1 for x in here)
        assert counts["control", place] == sum(x.control == x.item.reference for x in here)
        assert counts["damage", place] == sum(edit_distance(x.output, x.item.reference) - 1 for x in here)
        long = [read for read in reads if len(read.item.reference) >= place]
        assert counts["seen", place] == len(long)
        assert counts["fed", place] == sum(x.fed[place - 1] == x.item.reference[place - 1] for x in long)
        assert counts["own", place] == sum(
            len(x.own) >= place and x.own[place - 1] == x.item.reference[place - 1] for x in long
        )
    assert in_all(counts, "back") == len(cases)
    assert by_place(counts, "fed", "seen")[0] == counts["fed", 1] / 14
    assert shares(counts)["exact"] == sum(read.own == read.item.reference for read in reads) / 14


def test_parts_add_up_to_the_whole() -> None:
    found = items(14)
    whole = count_recovery(read_both(MODEL, found), inject(MODEL, read_both(MODEL, found)))
    parts = list(measure_recovery(MODEL, found, at_a_time=4))
    assert len(parts) == 4
    assert +sum(parts, Counter()) == +whole


def test_nothing_counted_is_no_share_and_no_error() -> None:
    assert set(shares(Counter()).values()) == {0.0}
    assert by_place(Counter(), "fed", "seen") == []


def test_only_what_has_one_right_answer_is_measured() -> None:
    examples = [Example("abc", "cba", "short"), Example("ab", "ba", "short", ("bb",))]
    (only,) = items_of(TASK, examples, *VOCABS)
    assert VOCABS[0].decode(only.source) == ["a", "b", "c"]
    assert VOCABS[1].decode(only.reference) == ["c", "b", "a"] and only.reference[-1] == END
