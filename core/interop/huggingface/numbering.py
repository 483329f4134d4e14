"""Which of their token ids is which of ours: here PAD, BEGIN, END and UNKNOWN are 0 to 3 in every vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from core.vocab import BEGIN, END, PAD, SPECIALS, UNKNOWN

IMPOSSIBLE = -1e4  # nats: the logit of a symbol that only we have; its probability is 0 and no sum with it infinite


@dataclass(frozen=True)
class Numbering:
    """Hold their id of each of our ids, None where they have no such symbol.

    Their decoders begin with PAD or END (or a language) where ours has BEGIN: then both of our ids have one of theirs,
    and BEGIN cannot be written.
    """

    theirs: tuple[int | None, ...]

    @classmethod
    def of(cls, size: int, *, pad: int, begin: int | None, end: int, unknown: int | None) -> "Numbering":
        """Number their ids 0 … size−1 anew: the special ones first, the others in their order."""
        specials = (pad, begin, end, unknown)
        taken = set(specials)
        return cls((*specials, *(number for number in range(size) if number not in taken)))

    @cached_property
    def ours(self) -> dict[int, int]:
        """Map their ids to ours; one that stands for two of ours is the one that texts hold."""
        order = (BEGIN, UNKNOWN, PAD, END)
        pairs = [*enumerate(self.theirs[len(SPECIALS) :], len(SPECIALS)), *((i, self.theirs[i]) for i in order)]
        return {theirs: ours for ours, theirs in pairs if theirs is not None}

    @property
    def only_ours(self) -> list[int]:
        """List our ids that no id of theirs is translated to."""
        return [i for i in range(len(SPECIALS)) if (theirs := self.theirs[i]) is None or self.ours[theirs] != i]

    def rows(self, table: Tensor) -> Tensor:
        """Order the rows of a table of theirs as we number them; zeros where they have none. Shapes: [V',…] → [V,…]"""
        missing = [i for i, theirs in enumerate(self.theirs) if theirs is None]
        rows = table[torch.tensor([0 if theirs is None else theirs for theirs in self.theirs])]
        rows[missing] = 0
        return rows

    def bias(self, logits_bias: Tensor) -> Tensor:
        """Order a bias of the logits as we number them. Shapes: [V'] → [V]"""
        ordered = self.rows(logits_bias)
        ordered[self.only_ours] = IMPOSSIBLE
        return ordered

    def to_ours(self, ids: Iterable[int]) -> list[int]:
        """Translate their ids; one that they have no row for becomes UNKNOWN."""
        return [self.ours.get(number, UNKNOWN) for number in ids]

    def to_theirs(self, ids: Iterable[int]) -> list[int]:
        """Translate our ids, leaving out what they have not."""
        return [theirs for number in ids if (theirs := self.theirs[number]) is not None]
