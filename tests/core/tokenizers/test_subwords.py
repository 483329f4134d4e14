"""Subwords: cutting is the likeliest way and joins back exactly; a cut word looks cut."""

import itertools
import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizers import MARK, Subwords
from core.tokenizers.learn import learn
from core.tokenizers.subwords import FLATNESS, UNKNOWN_COST, words_of

PIECES = {"▁": -4.0, "a": -2.0, "b": -2.5, "ab": -3.0, "▁a": -3.5, "ba": -3.25, "bab": -5.0, "日": -4.0, "日a": -6.5}
SUBWORDS = Subwords(tuple(PIECES), tuple(PIECES.values()))
TEXTS = (
    "The children are playing in the garden.", "The child played.", "Les enfants jouent dans le jardin.",
    "子供たちは庭で遊んでいる。", "我去过巴黎。", "I don't know where the garden is.",
) * 20  # fmt: skip
LEARNT = learn(TEXTS, 52)

words = st.text(st.sampled_from("ab日xé'.。1"), min_size=1, max_size=6)
texts = st.lists(words, max_size=5).map(" ".join)


def all_cuts(word: str) -> list[tuple[str, ...]]:
    """List every way to cut a word into known pieces and, where none is known, single characters."""
    found = []
    for marks in itertools.product((False, True), repeat=len(word) - 1):
        places = [0, *(i + 1 for i, mark in enumerate(marks) if mark), len(word)]
        cut = tuple(word[start:end] for start, end in itertools.pairwise(places))
        if all(piece in PIECES or len(piece) == 1 for piece in cut):
            found.append(cut)
    return found


def score_of(cut: tuple[str, ...]) -> float:
    return sum(PIECES.get(piece, min(PIECES.values()) - UNKNOWN_COST) for piece in cut)


@pytest.mark.parametrize("subwords", (SUBWORDS, LEARNT, Subwords()), ids=("by hand", "learnt", "characters"))
@given(text=texts, seed=st.integers(0, 99))
def test_joining_undoes_cutting(subwords: Subwords, text: str, seed: int) -> None:
    assert subwords.join(subwords.cut(text)) == text
    assert subwords.join(subwords.draw_cut(text, 1.0, random.Random(seed))) == text


@given(words)
def test_a_word_is_cut_in_the_likeliest_of_all_ways(word: str) -> None:
    cut = SUBWORDS.likeliest_cut(word)
    assert cut in all_cuts(word)
    assert score_of(cut) == pytest.approx(max(map(score_of, all_cuts(word))))


def test_cuts_are_drawn_as_often_as_their_probabilities_say() -> None:
    word, rng, count = "babab", random.Random(1), 4000
    chances = {cut: math.exp(FLATNESS * score_of(cut)) for cut in all_cuts(word)}
    drawn = Counter(tuple(SUBWORDS.drawn_cut(word, rng)) for _ in range(count))
    assert drawn.keys() <= chances.keys() and len(chances) > 4
    for cut, chance in chances.items():
        share = chance / sum(chances.values())
        assert drawn[cut] / count == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / count))


def test_only_a_share_of_the_words_is_cut_at_random() -> None:
    text = " ".join(["babab"] * 2000)
    usual = list(SUBWORDS.likeliest_cut("▁babab"))
    drawn = SUBWORDS.draw_cut(text, 0.1, random.Random(2))
    unusual = sum(part != usual for part in by_word(drawn)) / 2000
    assert 0.05 < unusual < 0.13
    assert SUBWORDS.draw_cut(text, 0.0, random.Random(2)) == SUBWORDS.cut(text)


def by_word(pieces: list[str]) -> list[list[str]]:
    """Group pieces by the word that they belong to."""
    found: list[list[str]] = []
    for piece in pieces:
        if piece.startswith(MARK):
            found.append([])
        found[-1].append(piece)
    return found


def test_a_word_begins_with_a_mark_unless_the_writing_has_no_spaces() -> None:
    assert words_of("a bab") == ["▁a", "▁bab"]
    assert words_of("日a") == ["日a"] and words_of("「日」 日") == ["「日」", "▁日"]
    assert SUBWORDS.cut("") == [] and SUBWORDS.join([]) == ""
    assert SUBWORDS.cut("a bab") == ["▁a", "▁", "bab"]


def test_a_character_that_was_never_seen_stands_alone() -> None:
    assert LEARNT.cut("garden Ω")[-2:] == ["▁", "Ω"]
    assert not LEARNT.knows("Ω") and LEARNT.knows("g")


def test_what_is_common_is_learnt_as_one_piece_and_none_crosses_a_space() -> None:
    assert len(LEARNT.pieces) == len(set(LEARNT.pieces)) == 52
    assert len(LEARNT.cut("The garden")) < len("The garden")
    assert not any(MARK in piece[1:] for piece in LEARNT.pieces)


def test_too_few_texts_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="no 5000 pieces can be learnt from these texts"):
        learn(TEXTS, 5000)


def test_pieces_survive_being_written_and_read() -> None:
    again = Subwords.from_json(LEARNT.to_json())
    assert (again.pieces, again.scores) == (LEARNT.pieces, LEARNT.scores)
    for text in ("nonsense", "[]", "[1, 2]", '[["a", null]]', '{"a": 1}'):
        with pytest.raises(ValueError):
            Subwords.from_json(text)
    with pytest.raises(ValueError, match="2 pieces, but 1 scores"):
        Subwords(("a", "b"), (0.0,))
    with pytest.raises(ValueError, match="finite"):
        Subwords(("a", "b"), (0.0, math.nan))
