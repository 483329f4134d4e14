"""Subwords: pieces of words, each with a probability; a text is cut in the likeliest way.

Cutting and joining need nothing but the standard library; only `core.tokenizers.learn` needs sentencepiece.
"""

import json
import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from core.sentences import Refusal
from core.vocab import MARK

# Chinese and Japanese writing, punctuation included, has no spaces, so nothing is marked where such a text begins.
UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
UNKNOWN_COST = 10.0  # nats below the unlikeliest piece, as in sentencepiece
CUTS_KEPT = 400_000  # all that an epoch of sentences needs; the app needs far fewer
FLATNESS = 0.2  # Kudo's α: how much the likelier of two cuts is preferred when one is drawn

# For each end in a word, where its last piece may begin, and the summed probabilities of these beginnings.
Lattice = tuple[tuple[tuple[int, ...], tuple[float, ...]], ...]


@dataclass(frozen=True, eq=False)
class Subwords:
    """Cut texts into pieces and join them again, exactly. A character that is in no piece stands alone.

    Texts hold single spaces between words, none around, and no mark of their own.

    Units: scores in nats, log-probabilities of the pieces
    Raises: ValueError if there are not as many scores as pieces, or one is not finite.
    Source: Kudo 2018, “Subword Regularization”, § 3.2 (unigram language model).
    """

    pieces: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    likeliest_cut: Callable[[str], tuple[str, ...]] = field(init=False, repr=False)
    _known: dict[str, float] = field(init=False, repr=False)
    _longest: int = field(init=False, repr=False)
    _unknown: float = field(init=False, repr=False)
    _lattice: Callable[[str], Lattice] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.pieces) != len(self.scores):
            raise Refusal("refusal.piece_count", pieces=len(self.pieces), scores=len(self.scores))
        if not all(map(math.isfinite, self.scores)):
            raise Refusal("refusal.piece_score")
        object.__setattr__(self, "_known", dict(zip(self.pieces, self.scores, strict=True)))
        object.__setattr__(self, "_longest", max(map(len, self.pieces), default=1))
        object.__setattr__(self, "_unknown", min(self.scores, default=0.0) - UNKNOWN_COST)
        object.__setattr__(self, "likeliest_cut", lru_cache(CUTS_KEPT)(self._likeliest_cut))
        object.__setattr__(self, "_lattice", lru_cache(CUTS_KEPT)(self._build_lattice))

    def knows(self, piece: str) -> bool:
        """Tell whether a piece is one of these, rather than a character that is in none."""
        return piece in self._known

    def to_json(self) -> str:
        """Return the pieces with their scores, one a line."""
        return json.dumps(list(zip(self.pieces, self.scores, strict=True)), ensure_ascii=False).replace("], [", "],\n[")

    @classmethod
    def from_json(cls, text: str) -> "Subwords":
        """Read what `to_json` writes.

        Raises: ValueError if it is anything else.
        """
        try:
            pieces, scores = zip(*json.loads(text), strict=True)
            return cls(tuple(map(str, pieces)), tuple(map(float, scores)))
        except TypeError as error:
            raise Refusal("refusal.no_pieces") from error

    def cut(self, text: str) -> list[str]:
        """Cut a text in the likeliest way."""
        return [piece for word in words_of(text) for piece in self.likeliest_cut(word)]

    def draw_cut(self, text: str, share: float, rng: random.Random) -> list[str]:
        """Cut a text, a share of its words in a way drawn at random, so that a model learns what words are made of.

        Source: Kudo 2018, § 3.1 (subword regularisation, l = ∞); only a share, as in Provilkov et al. 2020.
        """
        pieces: list[str] = []
        for word in words_of(text):
            pieces += self.drawn_cut(word, rng) if rng.random() < share else self.likeliest_cut(word)
        return pieces

    def join(self, pieces: Sequence[str]) -> str:
        """Join pieces into the text that they were cut from."""
        return "".join(pieces).replace(MARK, " ").removeprefix(" ")

    def _extensions(self, word: str, end: int) -> list[tuple[int, float]]:
        """Return where the pieces begin that end here, each with its score."""
        found = []
        for start in range(max(0, end - self._longest), end):
            score = self._known.get(word[start:end])
            if score is not None:
                found.append((start, score))
        if not found or found[-1][0] != end - 1:
            found.append((end - 1, self._unknown))
        return found

    def _likeliest_cut(self, word: str) -> tuple[str, ...]:
        """Find the cut whose scores sum highest (Viterbi)."""
        best, came_from = [0.0], [0]
        for end in range(1, len(word) + 1):
            total, start = max((best[start] + score, start) for start, score in self._extensions(word, end))
            best.append(total)
            came_from.append(start)
        pieces, end = [], len(word)
        while end:
            pieces.append(word[came_from[end] : end])
            end = came_from[end]
        return tuple(reversed(pieces))

    def _build_lattice(self, word: str) -> Lattice:
        """Return, for each end, where its last piece may begin and the summed probabilities of these beginnings."""
        mass, lattice = [0.0], []
        for end in range(1, len(word) + 1):
            found = [(start, mass[start] + FLATNESS * score) for start, score in self._extensions(word, end)]
            highest = max(total for _, total in found)
            chances = [math.exp(total - highest) for _, total in found]
            mass.append(highest + math.log(sum(chances)))
            lattice.append((tuple(start for start, _ in found), tuple(accumulate(chances))))
        return tuple(lattice)

    def drawn_cut(self, word: str, rng: random.Random) -> list[str]:
        """Draw a cut in proportion to its probability to the power α, from the end to the beginning."""
        lattice, pieces, end = self._lattice(word), [], len(word)
        while end:
            starts, sums = lattice[end - 1]
            start = rng.choices(starts, cum_weights=sums)[0]
            pieces.append(word[start:end])
            end = start
        return pieces[::-1]


def words_of(text: str) -> list[str]:
    """Cut a text where a word begins, each word with its mark."""
    if not text:
        return []
    first, *rest = text.split(" ")
    begun = first if UNSPACED.match(first) else MARK + first
    return [begun, *(MARK + word for word in rest)]
