"""The interface of a task: examples in, references out."""

from dataclasses import dataclass
from typing import Literal, Protocol

Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Example:
    """Hold one thing to learn: what is read, what should be written, and the group that it is counted under.

    `others` are further right answers, where a source has several. `answered` is false where no answer is known.
    """

    source: str
    target: str
    group: str
    others: tuple[str, ...] = ()
    answered: bool = True

    @property
    def references(self) -> tuple[str, ...]:
        """Return every right answer; none where no answer is known."""
        return (self.target, *self.others) if self.answered else ()


@dataclass(frozen=True, slots=True)
class Known:
    """Hold the right answers to a source, the usual one first, and whether training never passed it."""

    references: tuple[str, ...]
    held_out: bool


class Task(Protocol):
    """Say what there is to learn, how it is cut into tokens, and what is kept back to measure with.

    Cutting into tokens and `examples` need nothing but the standard library, since the running app uses them;
    what generates data may need more.
    """

    @property
    def name(self) -> str:
        """Name the task, as a checkpoint does."""
        ...

    @property
    def title(self) -> str:
        """Name the task for people."""
        ...

    def source_tokens(self, text: str) -> list[str]:
        """Cut what the encoder reads into tokens."""
        ...

    def source_text(self, tokens: list[str]) -> str:
        """Join what the encoder read into text; the inverse of `source_tokens`."""
        ...

    def target_tokens(self, text: str) -> list[str]:
        """Cut what the decoder should write into tokens."""
        ...

    def target_text(self, tokens: list[str]) -> str:
        """Join what the decoder wrote into text; the inverse of `target_tokens`."""
        ...

    def sound(self, token: str) -> str | None:
        """Return the sound that a token of the target stands for, in IPA; None where targets are not sounds."""
        ...

    def source_symbols(self) -> tuple[str, ...]:
        """Return every token that a source may hold, sorted."""
        ...

    def target_symbols(self) -> tuple[str, ...]:
        """Return every token that a target may hold, sorted."""
        ...

    def data_version(self) -> str:
        """Name the data that training reads, so that a checkpoint can say it."""
        ...

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return one epoch, the same whenever seed and epoch are the same."""
        ...

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return examples that training never passes, `per_group` of each group (None: the whole test set)."""
        ...

    def examples(self) -> tuple[Example, ...]:
        """Return a few held-out examples worth looking at."""
        ...

    def known(self, source: str) -> Known | None:
        """Return the right answers to a source if the app has them at hand, else None."""
        ...
