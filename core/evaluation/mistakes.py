"""Kinds of mistakes in wrong outputs, by rules that one can check by eye."""

from collections.abc import Collection, Hashable, Sequence
from itertools import combinations, pairwise

KINDS = ("length", "repeat", "order", "mixture", "other")

Tokens = tuple[Hashable, ...]


def repeats(tokens: Sequence[Hashable]) -> int:
    """Count the tokens that equal the one before them."""
    return sum(one == other for one, other in pairwise(tokens))


def is_mixture(output: Tokens, answers: Collection[Tokens]) -> bool:
    """Tell whether an output takes each token from one or the other of two answers of its length, and equals none."""
    alike = [answer for answer in answers if len(answer) == len(output)]
    return output not in alike and any(
        all(token in pair for token, *pair in zip(output, one, other, strict=True))
        for one, other in combinations(alike, 2)
    )


def kinds_of_mistake(output: Tokens, right: Collection[Tokens], plausible: Collection[Tokens]) -> tuple[str, ...]:
    """Return the kinds that a wrong output is of, at least one.

    `length`: as long as no right answer. `repeat`: a token twice in a row, more often than in any right answer.
    `order`: the tokens of a right answer, in another order. `mixture`: half of one plausible answer and half of
    another. `other`: none of these.

    Raises: ValueError if the output is right, or there is no right answer.
    Source: Gu et al. 2018, § 3 (the multimodality problem: repeats and mixtures come of positions that do not know what
        the others write).
    """
    if not right or output in right:
        raise ValueError(f"expected a wrong output and its right answers, got {output} and {list(right)}")
    found = {
        "length": all(len(output) != len(answer) for answer in right),
        "repeat": repeats(output) > max(map(repeats, right)),
        "order": any(sorted(map(str, output)) == sorted(map(str, answer)) for answer in right),
        "mixture": is_mixture(output, plausible),
    }
    return tuple(kind for kind, is_so in found.items() if is_so) or ("other",)
