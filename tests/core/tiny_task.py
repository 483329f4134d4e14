"""A task small enough to learn in a second: write a word backwards."""

import random

from core.tasks import Example, Known, Split
from core.vocab import Vocabulary

LETTERS = tuple("abcdefg")


class Backwards:
    """Read up to five letters, write them from the last to the first."""

    name, title = "backwards", "Backwards"

    def source_tokens(self, text: str) -> list[str]:
        return list(text)

    def source_text(self, tokens: list[str]) -> str:
        return "".join(tokens)

    def target_tokens(self, text: str) -> list[str]:
        return list(text)

    def target_text(self, tokens: list[str]) -> str:
        return "".join(tokens)

    def sound(self, token: str) -> None:
        return None

    def source_symbols(self) -> tuple[str, ...]:
        return LETTERS

    def target_symbols(self) -> tuple[str, ...]:
        return LETTERS

    def data_version(self) -> str:
        return "backwards 1"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        return self._draw(f"train-{seed}-{epoch}", 60)

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        return self._draw(f"{split}-{seed}", per_group or 60)

    def examples(self) -> tuple[Example, ...]:
        return (Example("abc", "cba", "short"),)

    def known(self, source: str) -> Known:
        return Known((source[::-1],), held_out=True)

    def _draw(self, seed: str, count: int) -> list[Example]:
        rng = random.Random(seed)
        words = ("".join(rng.choices(LETTERS, k=rng.randint(2, 5))) for _ in range(count))
        return [Example(word, word[::-1], "short" if len(word) < 4 else "long") for word in words]


TASK = Backwards()
VOCABS = Vocabulary(LETTERS), Vocabulary(LETTERS)
