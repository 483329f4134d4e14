"""Inputs of self-attention by hand: an example whose columns mean something, or numbers drawn from a seed."""

import hashlib
from collections.abc import Sequence

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


def is_example(words: Sequence[str]) -> bool:
    """Tell whether the example has numbers for all of these words, in whatever order."""
    return all(word in TOKENS for word in words)


def example(words: Sequence[str], width: int) -> HandInputs:
    """Return the example's numbers for some of its words, cut to a width.

    The second layer asks and offers twice as strongly, since mixtures are weaker than what they are mixed from.

    Raises: ValueError if it does not reach that far, or has no such word.
    """
    check(len(words), width)
    if not is_example(words):
        raise ValueError(f"the example has the words {', '.join(TOKENS)}, asked for {', '.join(words)}")
    x, asks = matrix(X)[[TOKENS.index(word) for word in words], :width], matrix(ASKS)[:width, :width]
    same = torch.eye(width, dtype=torch.float64)
    numbers = {"x": x, "q1": asks, "k1": same, "v1": same / 2, "q2": 2 * asks, "k2": 2 * same, "v2": same}
    for layer in (1, 2):
        # Columns stay below zero, where tanh is convex, unless a query asks and a key offers.
        numbers |= {f"a{layer}": same / 2 - 0.75, f"b{layer}": 2 * same - 0.5}
        numbers[f"s{layer}"] = torch.full((1, width), 2.0, dtype=torch.float64)
    return HandInputs(numbers)


def draw_inputs(words: Sequence[str], width: int, seed: int) -> HandInputs:
    """Draw every number from N(0,1), rounded to halves. Each word and each matrix has a stream of its own, so that
    another word, or another width, leaves the rest as it was as far as it goes, and a word its row wherever it stands.

    Raises: ValueError if there are too few or too many words, or the width is out of bounds.
    """
    check(len(words), width)
    of_seed = torch.Generator().manual_seed(seed)
    known = dict(zip(TOKENS, draw(WIDEST, WIDEST, of_seed), strict=False))
    rows = [known[word] if word in known else draw(1, WIDEST, stream_of(word, seed))[0] for word in words]
    names = [f"{name}{layer}" for layer in (1, 2) for name in "qkvab"]
    numbers = {"x": torch.stack(rows)[:, :width]} | {name: draw(width, width, of_seed) for name in names}
    return HandInputs(numbers | {f"s{layer}": draw(1, width, of_seed) for layer in (1, 2)})


def draw(rows: int, columns: int, stream: torch.Generator) -> Tensor:
    """Draw the largest matrix that there is, and return of it what is needed."""
    full = torch.randn(WIDEST, WIDEST, generator=stream, dtype=torch.float64)
    return (2 * full).round()[:rows, :columns] / 2 + 0.0


def stream_of(word: str, seed: int) -> torch.Generator:
    """Return the random numbers of a word, the same wherever it stands."""
    digest = hashlib.blake2s(f"{seed} {word}".encode(), digest_size=7).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big"))


def check(tokens: int, width: int) -> None:
    """Raises: ValueError if a size is out of bounds."""
    if not 1 <= tokens <= MOST_TOKENS or not 1 <= width <= WIDEST:
        raise ValueError(
            f"there are 1 to {MOST_TOKENS} tokens of width 1 to {WIDEST}, asked for {tokens} of width {width}"
        )


def matrix(rows: tuple[tuple[float, ...], ...]) -> Tensor:
    """Return rows as a matrix of doubles."""
    return torch.tensor(rows, dtype=torch.float64)
