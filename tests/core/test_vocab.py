"""Symbols to numbers and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocab import BEGIN, END, PAD, SPECIALS, UNKNOWN, Vocabulary

VOCAB = Vocabulary(("a", "b", "é", "日"))


def test_the_first_four_are_special() -> None:
    assert (PAD, BEGIN, END, UNKNOWN) == (0, 1, 2, 3)
    assert len(VOCAB) == 8
    assert [VOCAB.name(number) for number in range(8)] == [*SPECIALS, "a", "b", "é", "日"]
    assert "é" in VOCAB and "c" not in VOCAB


def test_unseen_symbols_become_unknown() -> None:
    assert VOCAB.encode(["b", "c", "日", ""]) == [5, UNKNOWN, 7, UNKNOWN]


@given(st.lists(st.sampled_from(VOCAB.symbols)), st.lists(st.integers(0, 7)))
def test_decoding_undoes_encoding_and_stops_at_END(tokens: list[str], rest: list[int]) -> None:
    assert VOCAB.decode(VOCAB.encode(tokens)) == tokens
    assert VOCAB.decode([BEGIN, *VOCAB.encode(tokens), END, *rest]) == tokens
    assert VOCAB.decode([PAD, *VOCAB.encode(tokens), UNKNOWN]) == tokens


@pytest.mark.parametrize("number", (8, 99, -1))
def test_numbers_that_stand_for_nothing(number: int) -> None:
    for read in (lambda: VOCAB.name(number), lambda: VOCAB.decode([4, number])):
        with pytest.raises(IndexError, match=f"id {number} is outside the vocabulary of 8 symbols"):
            read()


@pytest.mark.parametrize("symbols", [("a", "b", "a"), ("a", "⟨END⟩")])
def test_no_symbol_occurs_twice(symbols: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="'a'" if symbols[-1] == "a" else "⟨END⟩"):
        Vocabulary(symbols)
