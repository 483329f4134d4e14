"""Dates → ISO with the kinds that people type and CLDR does not list, each a group of its own, held out by day.

A model that is trained so is a model of dates as any other: it is scored on the test set of `Dates`, and on
`held_out_kinds` beside it.
"""

import random
from datetime import date
from itertools import islice

from core.tasks.date_formats import GROUPS
from core.tasks.date_kinds import KINDS, draw_kind, kind_symbols
from core.tasks.dates import PER_GROUP, Dates, days_of, draw
from core.tasks.task import Example, Split

COUNTED = "typed kinds"  # stands in what a checkpoint says of its data


class TypedDates(Dates):
    """Read dates as `Dates` does, and those of the kinds above."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return every character that a source may hold, sorted.

        Raises: ImportError if Babel is not installed.
        """
        return tuple(sorted({*super().source_symbols(), *kind_symbols()}))

    def data_version(self) -> str:
        """Name the data, and count the kinds.

        Raises: ImportError if Babel is not installed.
        """
        return f"{super().data_version()}, {len(KINDS)} {COUNTED}"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return every training day once, shuffled, each in a group or kind that can write it, drawn anew.

        Raises: ImportError if Babel is not installed.
        """
        rng = random.Random(f"{seed}-{epoch}")
        days = list(days_of("train"))
        rng.shuffle(days)
        return [self._drawn(day, rng) for day in days]

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return `per_group` examples of each group and of each kind (None: 60), on different days.

        Raises: ValueError as `Dates` does; ImportError if Babel is not installed.
        """
        return [*super().held_out(split, per_group, seed), *self.held_out_kinds(split, per_group, seed)]

    def held_out_kinds(self, split: Split, per_kind: int | None = None, seed: int = 0) -> list[Example]:
        """Return `per_kind` examples of each kind (None: 60), on different days of a split.

        Raises: ImportError if Babel is not installed.
        """
        rng = random.Random(f"kinds-{split}-{seed}")
        found: list[Example] = []
        for kind in KINDS:
            days = rng.sample(days_of(split), len(days_of(split)))
            drawn = (draw_kind(day, kind, rng) for day in days)
            found += islice(filter(None, drawn), PER_GROUP if per_kind is None else per_kind)
        return found

    def _drawn(self, day: date, rng: random.Random) -> Example:
        group = rng.choice((*GROUPS, *KINDS))
        example = draw_kind(day, group, rng) if group in KINDS else draw(day, group, rng)
        return self._drawn(day, rng) if example is None else example


def has_kinds(data: str) -> bool:
    """Tell whether a model was trained on the kinds, by what its checkpoint says of its data."""
    return data.endswith(COUNTED)
