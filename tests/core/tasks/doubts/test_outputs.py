"""What a model wrote over and over is noticed; no answer of a task is taken for that."""

import pytest

from core.tasks import get_task
from core.tasks.doubts.outputs import repeats_itself
from core.tasks.spelling import words_of


@pytest.mark.parametrize(
    ("written", "repeats"),
    [
        ("AA AA AA AA", True), ("T AA T AA T AA T AA", True), ("K N AY T N AY T N AY T N AY T", True),
        ("AA AA AA", False), ("T AA T AA T AA", False), ("2 0 1 1 - 1 1 - 1 1", False), ("", False),
    ],
)  # fmt: skip
def test_a_block_that_stands_four_times_in_a_row_is_a_repetition(written, repeats):
    assert repeats_itself(written.split()) == repeats


def test_no_word_and_no_date_repeats_itself():
    assert not any(repeats_itself(text.split()) for word in words_of("test") for text in word.references)
    assert not any(repeats_itself(list(example.target)) for example in get_task("dates").held_out("test"))
