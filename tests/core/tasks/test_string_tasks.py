"""Generated tasks: the answers are right, what is held out is never trained on, and every group is there."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks import get_task

NAMES = ("copy", "reverse", "sort", "addition")
PATTERNS = {
    "copy": "[a-j]{3,10}",
    "reverse": "[a-j]{3,10}",
    "sort": "[0-9]{3,10}",
    "addition": r"[0-9]{1,4}\\+[0-9]{1,4}",
}


@pytest.mark.parametrize("name", NAMES)
def test_no_held_out_string_is_ever_trained_on(name):
    task = get_task(name)
    held_out = {x.source for split in ("dev", "test") for x in task.held_out(split)} | {
        x.source for x in task.examples()
    }
    for epoch in range(3):
        assert held_out.isdisjoint(x.source for x in task.training_pairs(1, epoch))


@pytest.mark.parametrize("name", NAMES)
def test_development_and_test_strings_differ_and_each_is_there_once(name):
    dev, test = ([x.source for x in get_task(name).held_out(split)] for split in ("dev", "test"))
    assert len(dev) == len(set(dev)) and len(test) == len(set(test)) and set(dev).isdisjoint(test)


@pytest.mark.parametrize("name", NAMES)
def test_an_epoch_and_the_held_out_set_have_every_group_and_repeat_exactly(name):
    task = get_task(name)
    pairs = task.training_pairs(1, 0)
    assert pairs == task.training_pairs(1, 0) and pairs != task.training_pairs(1, 1) != task.training_pairs(2, 1)
    assert {x.group for x in pairs} == {x.group for x in task.held_out("test")}
    assert task.held_out("test") == task.held_out("test")


@pytest.mark.parametrize("name", NAMES)
def test_every_token_is_in_the_vocabularies(name):
    task = get_task(name)
    for x in (*task.training_pairs(1, 0)[:2000], *task.held_out("test"), *task.examples()):
        assert set(task.source_tokens(x.source)) <= set(task.source_symbols())
        assert set(task.target_tokens(x.target)) <= set(task.target_symbols())
        assert task.target_text(task.target_tokens(x.target)) == x.target


@given(st.from_regex(PATTERNS["reverse"], fullmatch=True))
def test_copy_and_reverse_answer_as_a_loop_would(text):
    backwards = ""
    for letter in text:
        backwards = letter + backwards
    assert get_task("reverse").known(text).references == (backwards,)
    assert get_task("copy").known(text).references == (text,)


@given(st.from_regex(PATTERNS["sort"], fullmatch=True))
def test_sort_counts_every_digit(text):
    (answer,) = get_task("sort").known(text).references
    assert all(answer.count(digit) == text.count(digit) for digit in "0123456789")
    assert all(one <= other for one, other in itertools.pairwise(answer))


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_addition_carries_from_the_last_digit_on(a, b):
    digits, carry, left, right = [], 0, a, b
    while left or right or carry or not digits:
        total = left % 10 + right % 10 + carry
        digits.append(str(total % 10))
        left, right, carry = left // 10, right // 10, total // 10
    assert get_task("addition").known(f"{a}+{b}").references == ("".join(digits),)


@pytest.mark.parametrize("text", ["", "+", "1+", "12", "1+2+3", "a+b", "１+２", "12 plus 3"])
def test_what_is_no_sum_has_no_answer(text):
    assert get_task("addition").known(text) is None


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_asked_for_is_explained(name):
    with pytest.raises(ValueError, match="not held out"):
        get_task(name).held_out("train")
    with pytest.raises(ValueError, match="not positive"):
        get_task(name).held_out("test", 0)
