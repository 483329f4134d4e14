"""Inputs of self-attention by hand: an example whose columns mean something, or numbers drawn from a seed."""

import torch
from torch import Tensor

from core.analysis.attention.by_hand import HandInputs

MOST_TOKENS, WIDEST = 6, 8
TOKENS = ("Mia", "fed", "her", "cat", "at", "noon")
# What the columns stand for: features that a token has, a query asks for, a key offers, a value passes on.
FEATURES = ("who", "does", "refers", "pet", "where", "when", "how", "size")
X = (
    (2, 0, 0, 0, 0, 0, 0, 1),
    (0, 2, 0, 0, 0, 0, 1, 0),
    (1, 0, 2, 0, 0, 0, 0, 0),
    (0, 0, 0, 2, 0, 0, 0, 1),
    (0, 0, 0, 0, 1, 1, 0, 0),
    (0, 0, 0, 0, 0, 2, 0, 0),
)
# Row: a feature of the token; columns: what a token with this feature asks for.
ASKS = (
    (0, 1, 0, 0, 0, 0, 0, 0),
    (1, 0, 0, 1, 0, 1, 0, 0),
    (2, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 1, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 2, 0, 0),
    (0, 1, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 1, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 1, 0),
)


def example(tokens: int, width: int) -> HandInputs:
    """Return the example, cut to a number of tokens and a width.

    The second layer asks and offers twice as strongly, since mixtures are weaker than what they are mixed from.

    Raises: ValueError if it does not reach that far.
    """
    check(tokens, width)
    x, asks = matrix(X)[:tokens, :width], matrix(ASKS)[:width, :width]
    same = torch.eye(width, dtype=torch.float64)
    numbers = {"x": x, "q1": asks, "k1": same, "v1": same / 2, "q2": 2 * asks, "k2": 2 * same, "v2": same}
    for layer in (1, 2):
        # Columns stay below zero, where tanh is convex, unless a query asks and a key offers.
        numbers |= {f"a{layer}": same / 2 - 0.75, f"b{layer}": 2 * same - 0.5}
        numbers[f"s{layer}"] = torch.full((1, width), 2.0, dtype=torch.float64)
    return HandInputs(numbers)


def draw_inputs(tokens: int, width: int, seed: int) -> HandInputs:
    """Draw every number from N(0,1), rounded to halves. Each token's row and each matrix has a stream of its own, so
    that another token, or another width, leaves the rest as it was as far as it goes.

    Raises: ValueError if there are too few or too many tokens, or the width is out of bounds.
    """
    check(tokens, width)
    generator = torch.Generator().manual_seed(seed)

    def draw(rows: int, columns: int) -> Tensor:
        full = torch.randn(WIDEST, WIDEST, generator=generator, dtype=torch.float64)
        return (2 * full).round()[:rows, :columns] / 2 + 0.0

    names = [f"{name}{layer}" for layer in (1, 2) for name in "qkvab"]
    numbers = {"x": draw(tokens, width)} | {name: draw(width, width) for name in names}
    return HandInputs(numbers | {f"s{layer}": draw(1, width) for layer in (1, 2)})


def check(tokens: int, width: int) -> None:
    """Raises: ValueError if a size is out of bounds."""
    if not 1 <= tokens <= MOST_TOKENS or not 1 <= width <= WIDEST:
        raise ValueError(
            f"there are 1 to {MOST_TOKENS} tokens of width 1 to {WIDEST}, asked for {tokens} of width {width}"
        )


def matrix(rows: tuple[tuple[float, ...], ...]) -> Tensor:
    """Return rows as a matrix of doubles."""
    return torch.tensor(rows, dtype=torch.float64)
