"""Sentences: no English sentence is both trained on and tested with, and the app needs no file to show the task."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks import TASKS, Sentences, get_task, task_for
from core.tasks.sentence_examples import LANGUAGES, SHOWN
from core.tasks.sentence_pairs import (
    HEADER,
    Row,
    as_written,
    held_out_examples,
    key_of,
    read_rows,
    split_of,
    write_rows,
)
from core.tasks.sentences import EPOCH, in_turns
from core.tasks.sentences_data import cleaned
from tests.core.tiny_sentences import ENGLISH, ROWS, TASK

TASK_WITHOUT_FILE = get_task("sentences")


@pytest.mark.parametrize("other", ("the CAT sees, the dog", "The cat sees the dog!", "“The cat” sees the dog…"))
def test_near_duplicates_are_on_the_same_side(other: str) -> None:
    assert key_of(other) == key_of("The cat sees the dog.") == "the cat sees the dog"
    assert split_of(other) == split_of("The cat sees the dog.")


@given(st.text(max_size=30))
def test_the_split_depends_on_the_words_alone(text: str) -> None:
    assert split_of(text) == split_of(f"{text.upper().lower()}!") or key_of(text) != key_of(f"{text.upper().lower()}!")
    assert split_of(text) in ("train", "dev", "test")


def test_no_test_sentence_was_read_in_training_for_any_language() -> None:
    trained = {key_of(english_of(x.source)) for found in TASK.training.values() for x in found}
    for split in ("dev", "test"):
        for example in TASK.held_out(split):
            assert key_of(english_of(example.source)) not in trained
    sides = [{english_of(x.source) for x in TASK.held_out(split)} for split in ("dev", "test")]
    assert all(sides) and sides[0].isdisjoint(sides[1])


def english_of(source: str) -> str:
    return source.partition(" ")[2]


def test_about_a_twentieth_is_held_out() -> None:
    share = sum(split_of(english) != "train" for english in ENGLISH) / len(ENGLISH)
    assert 0.02 < share < 0.1


def test_what_the_app_shows_is_never_trained_on() -> None:
    assert {split_of(english) for english in SHOWN} == {"test"}
    assert split_of(next(iter(SHOWN)).upper()) == "test"


def test_at_most_a_thousand_sentences_are_tested_each_with_all_its_translations() -> None:
    many = [Row(f"number {i}", "fr", f"numéro {i}", "") for i in range(40_000)]
    more = [Row(f"Number {i}!", "fr", f"nombre {i}", "") for i in range(40_000)]
    assert {split: len(held_out_examples([*many, *more], split)["fr"]) for split in ("dev", "test")} == {
        "dev": 500, "test": 1000,
    }  # fmt: skip
    one = held_out_examples([*many, *more], "test")["fr"][0]
    assert len(one.references) == 2 and one.group == "fr"


def test_languages_are_mixed_by_temperature_and_the_same_each_time() -> None:
    pairs = TASK.training_pairs(1, 0)
    assert pairs == TASK.training_pairs(1, 0) and pairs != TASK.training_pairs(1, 1)
    assert len(pairs) == pytest.approx(EPOCH, abs=3)
    counts = {language: sum(x.group == language for x in pairs) for language in LANGUAGES}
    trained = {language: len(TASK.training[language]) for language in LANGUAGES}
    assert counts["ja"] / counts["zh"] == pytest.approx((trained["ja"] / trained["zh"]) ** 0.5, rel=0.01)


def test_every_pair_comes_once_before_any_comes_again() -> None:
    items = list("abcdefg")
    seen = [x for first in range(0, 70, 10) for x in in_turns(items, first, 10, "x")]
    for start in range(0, 70, 7):
        assert sorted(seen[start : start + 7]) == items


@pytest.mark.parametrize("task", (TASK, TASK_WITHOUT_FILE), ids=("with a file", "as the app has it"))
def test_sources_and_targets_join_back(task: Sentences) -> None:
    for x in (*task.held_out("test"), *task.examples()):
        assert task.source_text(task.source_tokens(x.source)) == x.source
        assert task.target_text(task.target_tokens(x.target)) == as_written(x.target)
        assert task.source_tokens(x.source)[0] == f"→{x.group}"


def test_training_reads_and_writes_known_tokens_alone() -> None:
    symbols = set(TASK.source_symbols())
    assert TASK.source_symbols() == TASK.target_symbols() and {f"→{language}" for language in LANGUAGES} < symbols
    for x in TASK.training_pairs(1, 0)[:500]:
        assert set(TASK.target_tokens(x.target)) <= symbols
    strange = Sentences(TASK.subwords, (*ROWS, Row("A word", "fr", "Ω", "")))
    assert len(strange.training["fr"]) == len(TASK.training["fr"])


def test_a_source_without_a_language_asks_for_french_and_nothing_typed_is_nothing() -> None:
    assert TASK.source_tokens("The cat") == TASK.source_tokens("→fr The cat") != TASK.source_tokens("→ja The cat")
    assert TASK.source_tokens("") == TASK.source_tokens("→de ") == []
    assert TASK.source_text(TASK.source_tokens("→de “It’s”  …")) == '→de "It\'s" ...'


def test_words_cut_at_random_say_the_same() -> None:
    rng, source = random.Random(1), "→de The teacher knows the garden."
    drawn = {tuple(TASK.drawn_source_tokens(source, 0.5, rng)) for _ in range(50)}
    assert len(drawn) > 10 and {TASK.source_text(list(tokens)) for tokens in drawn} == {source}
    assert max(map(len, drawn)) <= 64
    assert TASK.drawn_source_tokens("→de " + "Ωx" * 200, 1.0, rng) == TASK.source_tokens("→de " + "Ωx" * 200)


def test_without_a_file_there_are_examples_and_no_training() -> None:
    task = TASK_WITHOUT_FILE
    assert task.training_pairs(1, 0) == [] and len(task.examples()) == 6 * len(LANGUAGES)
    assert {x.group for x in task.examples()} == set(LANGUAGES)
    assert task.held_out("test") and all(x.target for x in task.held_out("test"))
    assert task.known("→de His father doesn't play golf.").references == ("Sein Vater spielt kein Golf.",)
    assert task.known("→de It is raining cats and dogs.") is None and task.known("→zh nobody knows") is None


def test_a_model_brings_its_own_subwords() -> None:
    assert task_for("sentences", subwords=TASK.subwords).source_tokens("The cat") == TASK.source_tokens("The cat")
    assert task_for("sentences", subwords=TASK.subwords) is task_for("sentences", subwords=TASK.subwords)
    assert task_for("dates", subwords=None) is TASKS["dates"]


def test_the_file_survives_being_written_and_read(tmp_path: Path) -> None:
    write_rows(tmp_path / "pairs.tsv", ROWS)
    assert read_rows(tmp_path / "pairs.tsv") == ROWS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with the columns"), ("a\tb\n", "must begin with the columns"),
        (f"{HEADER}\nHello\tfr\tBonjour\tx\nHello\tit\tCiao\tx\n", "line 3"), (f"{HEADER}\nHello\tfr\n", "line 2"),
    ],
)  # fmt: skip
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pairs.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_rows(tmp_path / "pairs.tsv")


def test_what_is_not_worth_learning_is_dropped() -> None:
    good = Row("It’s  “here”…", "fr", "C’est «ici».", "thanks")
    bad = (
        Row("This sentence has been deleted.", "fr", "Supprimée", ""), Row("x" * 200, "fr", "y", ""),
        Row("x", "ja", "日" * 90, ""), Row("日本", "fr", "Japon", ""), Row(" ", "fr", "y", ""),
    )  # fmt: skip
    assert cleaned([good, good, *bad]) == [Row('It\'s "here"...', "fr", 'C\'est "ici".', "thanks")]
    assert cleaned([Row("Here", "zh", "“这里”", "")])[0].translation == "“这里”"
