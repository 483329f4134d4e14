"""The choice of a token: a list of all or, where there are thousands, of the likeliest, beside a field to type one."""

from collections.abc import Callable, Sequence

import streamlit as st
from torch import Tensor

from core.run.tokens import name_in
from core.vocab import MARK, SPECIALS, Vocabulary
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

MOST_LISTED = 200  # tokens, above which the list holds the likeliest alone
LIKELIEST = 40


def offered_tokens(
    vocab: Vocabulary, logits: Tensor, left_out: Sequence[int] = (), also: Sequence[int] = ()
) -> list[int]:
    """Return the tokens that a list offers: all ordinary ones or, of thousands, the likeliest and some more.

    Shapes: logits [V], or probabilities, or logarithms of them
    """
    without = {*left_out, *range(len(SPECIALS))}
    if len(vocab) <= MOST_LISTED:
        return [number for number in range(len(vocab)) if number not in without]
    likeliest = logits.topk(LIKELIEST + len(without)).indices.tolist()
    found = [number for number in likeliest if number not in without][:LIKELIEST]
    return [*found, *(number for number in also if number not in {*found, *without})]


def token_field(
    current: AppState, vocab: Vocabulary, take: Callable[[int], None], left_out: Sequence[int] = ()
) -> None:
    """Draw the field in which a token is typed, beside a list that does not hold all of them."""
    if len(vocab) <= MOST_LISTED:
        return

    def read(text: str) -> None:
        number = token_typed(vocab, text)
        if number is None or number in left_out:
            current.problems = (t("problem.no_such_token", got=text.strip()),)
        else:
            take(number)

    controlled(
        st.text_input, "typed_token", "", read, max_chars=24, width=150,
        placeholder=t("control.typed_token_placeholder"),
    )  # fmt: skip


def token_typed(vocab: Vocabulary, text: str) -> int | None:
    """Return the ordinary token that a text names, as it is drawn or as the vocabulary has it, or None."""
    asked = text.strip()
    for name in (MARK + asked, asked.removeprefix("·"), asked):
        if asked and name in vocab and name not in SPECIALS and not (name.startswith(MARK) and asked.startswith("·")):
            return vocab.encode([name])[0]
    return next((number for number in range(len(SPECIALS), len(vocab)) if name_in(vocab, number) == asked), None)
