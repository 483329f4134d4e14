"""Doubts about what a model wrote: nothing at all, the same over and over."""

from collections.abc import Sequence

LONGEST_BLOCK = 4
TIMES = 4  # no date, no word and no number repeats a block that often in a row


def repeats_itself(tokens: Sequence[str]) -> bool:
    """Tell whether some block of at most four tokens stands four times in a row."""
    tokens = tuple(tokens)
    return any(
        tokens[start : start + size] * TIMES == tokens[start : start + size * TIMES]
        for size in range(1, LONGEST_BLOCK + 1)
        for start in range(len(tokens) - size * TIMES + 1)
    )
