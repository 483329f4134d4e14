"""Edit distance is a metric and the fewest edits there are; error rates count against the closest reference."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks.edit_distance import ErrorRates, alignment, closest, edit_distance, error_rates

texts = st.text("abc", max_size=7)


def one_edit_away(text: str) -> set[str]:
    """List what one insertion, deletion or substitution over the letters a and b makes of a text."""
    cuts = [(text[:index], text[index:]) for index in range(len(text) + 1)]
    inserted = {left + letter + right for left, right in cuts for letter in "ab"}
    deleted = {left + right[1:] for left, right in cuts if right}
    return inserted | deleted | {left + letter + right[1:] for left, right in cuts if right for letter in "ab"}


def steps_from(start: str, longest: int) -> dict[str, int]:
    """Walk from edit to edit, nearest first; return how many each text takes. No shortest way needs longer texts."""
    steps, edge = {start: 0}, {start}
    while edge:
        count = steps[next(iter(edge))] + 1
        edge = {text for near in edge for text in one_edit_away(near) if len(text) <= longest} - steps.keys()
        steps |= dict.fromkeys(edge, count)
    return steps


def test_the_distance_is_the_shortest_way_from_edit_to_edit() -> None:
    every = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
    for start in every:
        steps = steps_from(start, longest=4)
        assert {text: edit_distance(start, text) for text in every} == steps


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("ab", "ba", 2), ("aaa", "a", 2)],
)
def test_examples(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == distance


def test_a_phone_is_one_thing_however_it_is_written() -> None:
    assert edit_distance(["TH", "R", "UW"], ["T", "R", "UW"]) == 1
    assert edit_distance(["AA"], ("AA",)) == 0
    assert edit_distance(["AA"], ["A", "A"]) == 2


@given(texts, texts)
def test_it_is_zero_only_between_equals_and_the_same_both_ways(a: str, b: str) -> None:
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, b) == edit_distance(b, a)


@given(texts, texts, texts)
def test_a_detour_is_never_shorter(a: str, b: str, c: str) -> None:
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


@given(texts, texts)
def test_it_lies_between_the_difference_of_the_lengths_and_the_longer_one(a: str, b: str) -> None:
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


@given(texts, texts, texts)
def test_what_both_have_at_an_end_costs_nothing(a: str, b: str, shared: str) -> None:
    assert edit_distance(shared + a, shared + b) == edit_distance(a, b) == edit_distance(a + shared, b + shared)


def test_the_closest_is_the_first_of_equally_close_references() -> None:
    assert closest("abc", ("xyz", "abd", "ab", "abcd")) == (1, "abd")
    assert closest("abc", ("xyz", "ab", "abd")) == (1, "ab")
    assert closest("abc", ("abd", "abc")) == (0, "abc")
    with pytest.raises(ValueError, match="no reference"):
        closest("abc", ())


def test_errors_are_counted_against_the_closest_reference() -> None:
    rates = error_rates([("abc", ("xyzxyz", "abc")), ("ab", ("abcd", "aba")), ("", ("abcde",))])
    assert rates == ErrorRates(words=3, word_errors=2, phones=3 + 3 + 5, phone_errors=0 + 1 + 5)
    assert rates.wer == pytest.approx(2 / 3)
    assert rates.per == pytest.approx(6 / 11)


def test_outputs_that_go_on_and_on_have_more_errors_than_phones() -> None:
    assert error_rates([("aaaa", ("a",))]).per == 3


def test_nothing_asked_has_no_errors() -> None:
    rates = error_rates([])
    assert (rates.words, rates.wer, rates.per) == (0, 0.0, 0.0)


@given(texts, texts)
def test_an_alignment_reads_both_and_costs_the_distance(a: str, b: str) -> None:
    pairs = alignment(a, b)
    assert "".join(left for left, _ in pairs if left is not None) == a
    assert "".join(right for _, right in pairs if right is not None) == b
    assert (None, None) not in pairs
    assert sum(left != right for left, right in pairs) == edit_distance(a, b)
