"""Anybody's own pairs: what is read, what is refused and why, and that held-out pairs are never trained on."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks.pairs import PairsTask, by_word
from core.tasks.pairs_text import LONGEST, MOST, MOST_BYTES, BadPairs, has_heading, read_again, read_pairs, write_pairs

ROWS = [(f"word{number}", f"drow{number}") for number in range(40)]


def as_csv(rows: list[tuple[str, ...]], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


def task(rows: list[tuple[str, str]]) -> PairsTask:
    return PairsTask(tuple(rows))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_two_columns_are_read(delimiter: str) -> None:
    found = read_pairs(b"\xef\xbb\xbf" + as_csv(ROWS, delimiter))
    assert list(found.pairs) == ROWS and found.left_out == 0


def test_rows_that_are_no_pair_are_left_out_and_told_of() -> None:
    bad = [("one",), ("a", "b", "c"), ("", "x"), ("y", ""), ("z" * (LONGEST + 1), "z")]
    found = read_pairs(as_csv([*ROWS, *bad, ()]))
    assert list(found.pairs) == ROWS and found.left_out == len(bad)
    said = list(map(str, found.problems))
    assert (
        said[0]
        == f"row {len(ROWS) + 1} has 1 column, not 2: separate source and target by a comma, a semicolon or a tab"
    )
    assert "empty source" in said[2] and "empty target" in said[3] and f"{LONGEST + 1} characters" in said[4]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "at least 20 pairs with different sources are needed, found 0"),
        (b"a,b\n", "found 1"),
        (as_csv([("a", "b")] * 100), "found 1"),
        (b"one column\n" * 50, r"found 0 \(row 1 has 1 column, not 2"),
        (b"\x80\x04\x95\x10", "not text in UTF-8: byte 1"),
        (b"a\x00,b\n", "zero bytes"),
        (b"x" * (MOST_BYTES + 1), "at most 2,000,000 are read"),
        (as_csv([(str(number), "x") for number in range(MOST + 1)]), "more than 20,000 pairs"),
        (as_csv([(chr(0x4E00 + number), "x") for number in range(600)]), "601 different characters"),
        (b'"' + b"a" * 200_000 + b'"\n', "cannot be separated"),
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


def test_what_a_spreadsheet_saves_is_read_however_it_does() -> None:
    rows = [("3,5", "drei Komma fünf"), ('5" nail', "a; b"), *ROWS]
    text = "\r\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        found = read_pairs(data)
        assert list(found.pairs) == rows and found.delimiter == "semicolon" and not found.left_out


def test_quotation_marks_in_sentences_parted_by_tabs_are_letters() -> None:
    rows = [('"Yes," he said', "« Oui », dit-il"), ('"open', "ouvert"), *ROWS]
    assert list(read_pairs("\n".join("\t".join(row) for row in rows).encode()).pairs) == rows


def test_a_quotation_mark_that_nothing_closes_is_told_by_its_row() -> None:
    with pytest.raises(BadPairs, match="columns of row 3 cannot be separated"):
        read_pairs(as_csv(ROWS[:2]) + b'"open,x\n' + as_csv(ROWS))


def test_a_heading_is_a_pair_unless_it_is_said_to_be_one() -> None:
    data = as_csv([("singular", "plural"), *ROWS])
    assert read_pairs(data).pairs[0] == read_pairs(data).first_row == ("singular", "plural")
    found = read_pairs(data, heading=True)
    assert list(found.pairs) == ROWS and found.first_row == ("singular", "plural")


@pytest.mark.parametrize(
    ("first", "heads"),
    [
        (("singular", "plural"), True), (("Source:", "TARGET"), True), (("en", "fr"), True), (("word", "words"), True),
        (("cat", "cats"), False), (("word1", "drow1"), False), (("word", "word"), False), (("form", "tax form"), False),
    ],
)  # fmt: skip
def test_a_first_row_that_names_the_columns_is_seen_to_be_a_heading(first, heads) -> None:
    for data in (as_csv([first, *ROWS]), "\n".join(map("\t".join, [first, *ROWS])).encode()):
        assert has_heading(data.decode()) is heads
    assert not has_heading("") and not has_heading("source")


def test_rows_that_say_it_again_are_counted_and_spaces_are_evened_out() -> None:
    found = read_pairs(as_csv([*ROWS, (" word1", "drow1 "), ("new\n york", "e\u0301t\u00e9")]))
    assert found.repeated == 1 and found.pairs[-1] == ("new york", "\u00e9t\u00e9")


def test_one_source_with_many_answers_is_not_enough_to_hold_any_out() -> None:
    with pytest.raises(BadPairs, match="different sources are needed, found 1"):
        read_pairs(as_csv([("same", f"answer{number}") for number in range(40)]))


def test_names_of_special_symbols_are_no_words() -> None:
    found = read_pairs(as_csv([*ROWS, ("⟨PAD⟩ the cat", "x")]))
    assert list(found.pairs) == ROWS and "special symbols" in str(found.problems[0])


def test_sentences_of_too_many_different_words_are_cut_into_characters() -> None:
    few, many = ([(f"the w{n % count}", f"le m{n % count}") for n in range(600)] for count in (50, 600))
    assert by_word(few) and not by_word(many) and read_pairs(as_csv(many)).pairs


@given(st.lists(st.tuples(*[st.text(max_size=8)] * 2), min_size=25, max_size=40))
def test_whatever_is_read_is_read_again_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    try:
        found = read_pairs(as_csv([*ROWS, *rows]))
    except (BadPairs, UnicodeEncodeError):
        return
    assert read_again(write_pairs(found.pairs)) == found.pairs


def test_other_pairs_make_another_task() -> None:
    names = {task(ROWS).name, task(ROWS[::-1]).name, task([*ROWS[:-1], (ROWS[-1][0], "x")]).name}
    assert len(names) == 3 and task(ROWS).name == task(list(ROWS)).name
