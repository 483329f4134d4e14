"""Kinds of mistakes: each by its plain definition, on cases one can check by eye and on all small outputs."""

from itertools import product

import pytest

from core.evaluation.mistakes import KINDS, is_mixture, kinds_of_mistake, repeats


def kinds(output: str, *right: str, plausible: tuple[str, ...] = ()) -> tuple[str, ...]:
    answers = {tuple(answer) for answer in right}
    return kinds_of_mistake(tuple(output), answers, answers | {tuple(answer) for answer in plausible})


@pytest.mark.parametrize(
    ("output", "right", "plausible", "expected"),
    [
        ("2001-03-0", ("2001-03-03",), (), ("length",)),
        ("1985-01-33", ("1985-01-31",), (), ("repeat",)),
        ("1962-11-21", ("1962-11-12",), (), ("order",)),
        ("1985-01-33", ("1985-01-31",), ("1985-01-13",), ("repeat", "mixture")),
        ("mixat", ("minat", "mayut"), (), ("other",)),
        ("minut", ("minat", "mayut"), (), ("mixture",)),
        ("2055-01-04", ("2065-01-04",), (), ("repeat",)),
        ("9", ("1", "22"), (), ("other",)),
        ("", ("a",), (), ("length",)),
    ],
)
def test_what_one_can_check_by_eye(output, right, plausible, expected) -> None:
    assert kinds(output, *right, plausible=plausible) == expected


def test_a_repeat_that_the_answer_has_too_is_none() -> None:
    assert repeats(tuple("2002-02-22")) == 2
    assert kinds("1002-02-22", "2002-02-22") == ("other",)
    assert "repeat" in kinds("2222-02-22", "2002-02-22")


@pytest.mark.parametrize("answers", [{"aab", "cbb"}, {"aab", "cbb", "ac"}, {"aab", "cbb", "aac"}, {"aab"}, set()])
def test_mixtures_are_all_that_two_answers_can_make(answers) -> None:
    alike = [answer for answer in answers if len(answer) == 3]
    made = {"".join(mixed) for one in alike for other in alike for mixed in product(*zip(one, other, strict=True))}
    for output in map("".join, product("abc", repeat=3)):
        assert is_mixture(tuple(output), {tuple(answer) for answer in answers}) == (output in made - answers)


def test_every_mistake_is_of_some_kind_and_other_stands_alone() -> None:
    for output in map("".join, product("ab", repeat=3)):
        if output != "aba":
            found = kinds(output, "aba", plausible=("bab", "ab"))
            assert found and set(found) <= set(KINDS)
            assert "other" not in found or found == ("other",)


def test_a_right_output_is_no_mistake() -> None:
    with pytest.raises(ValueError, match="expected a wrong output"):
        kinds("ab", "ab", "ac")
    with pytest.raises(ValueError, match="expected a wrong output"):
        kinds("ab")
