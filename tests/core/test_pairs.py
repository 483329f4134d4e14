"""Anybody's own pairs: what is read, what is refused and why, and that held-out pairs are never trained on."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks.pairs import LONGEST, MOST, MOST_BYTES, BadPairs, PairsTask, read_pairs

ROWS = [(f"word{number}", f"drow{number}") for number in range(40)]


def as_csv(rows: list[tuple[str, ...]], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


def task(rows: list[tuple[str, str]]) -> PairsTask:
    return PairsTask("mine", "Mine", tuple(rows))


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_two_columns_are_read(delimiter: str) -> None:
    found = read_pairs(b"\xef\xbb\xbf" + as_csv(ROWS, delimiter))
    assert list(found.pairs) == ROWS and found.left_out == 0


def test_rows_that_are_no_pair_are_left_out_and_told_of() -> None:
    bad = [("one",), ("a", "b", "c"), ("", "x"), ("y", ""), ("z" * (LONGEST + 1), "z")]
    found = read_pairs(as_csv([*ROWS, *bad, ()]))
    assert list(found.pairs) == ROWS and found.left_out == len(bad)
    assert found.problems[0] == f"row {len(ROWS) + 1} has 1 columns, not 2"
    assert "empty source" in found.problems[2] and "empty target" in found.problems[3]
    assert f"{LONGEST + 1} characters" in found.problems[4]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "at least 20 different pairs are needed, found 0"),
        (b"a,b\n", "found 1"),
        (as_csv([("a", "b")] * 100), "found 1"),
        (b"one column\n" * 50, r"found 0 \(row 1 has 1 columns, not 2\)"),
        (b"\x80\x04\x95\x10", "not text in UTF-8: byte 1"),
        (b"a\x00,b\n", "zero bytes"),
        (b"x" * (MOST_BYTES + 1), "at most 2,000,000 are read"),
        (as_csv([(str(number), "x") for number in range(MOST + 1)]), "more than 20,000 pairs"),
        (as_csv([(chr(0x4E00 + number), "x") for number in range(600)]), "601 different symbols"),
        (b'"' + b"a" * 200_000 + b'"\n', "cannot be told apart"),
    ],
    ids=[
        "nothing",
        "one row",
        "one pair often",
        "one column",
        "a pickle",
        "zeros",
        "large",
        "many",
        "symbols",
        "field",
    ],
)
def test_what_cannot_be_learnt_from_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BadPairs, match=sentence):
        read_pairs(data)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        read_pairs(data)
    except BadPairs as problem:
        assert str(problem)


@given(st.lists(st.tuples(*[st.text("abc dé", min_size=1, max_size=5)] * 2), min_size=5, max_size=60, unique=True))
def test_held_out_sources_are_never_trained_on(rows: list[tuple[str, str]]) -> None:
    mine = task(rows)
    trained = {example.source for example in mine.training_pairs(1, 0)}
    held_out = {split: {example.source for example in mine.held_out(split)} for split in ("dev", "test")}
    assert (
        held_out["test"]
        and not trained & (held_out["dev"] | held_out["test"])
        and not held_out["dev"] & held_out["test"]
    )
    assert trained | held_out["dev"] | held_out["test"] == {source for source, _ in rows}


def test_an_epoch_is_the_same_for_the_same_seed() -> None:
    mine = task(ROWS)
    assert mine.training_pairs(1, 0) == mine.training_pairs(1, 0) != mine.training_pairs(1, 1)


def test_every_answer_of_a_source_is_right() -> None:
    mine = task([*ROWS, ("word1", "other")])
    assert mine.known(" word1 ").references == ("drow1", "other") and mine.known("nothing") is None


def test_sentences_are_cut_into_words_and_words_into_characters() -> None:
    sentences = task([(f"the cat {number}", f"le chat {number}") for number in range(30)])
    assert sentences.source_tokens(" the cat 1") == ["the", "cat", "1"]
    assert sentences.target_text(["le", "chat"]) == "le chat"
    assert task(ROWS).source_tokens("ab") == ["a", "b"] and task(ROWS).target_text(["a", "b"]) == "ab"
