"""Measures of exposure bias, counted place by place, so that parts of a test set add up."""

from collections import Counter
from collections.abc import Iterator, Sequence

from core.evaluation.error_injection import Injection, Item, Read, inject, read_both
from core.model import Transformer

RecoveryCounts = Counter[tuple[str, int]]


def measure_recovery(model: Transformer, items: Sequence[Item], at_a_time: int) -> Iterator[RecoveryCounts]:
    """Measure items, so many at a time, those of about equal length together; the tallies add up.

    Raises: ValueError if the decoder is not autoregressive.
    """
    ordered = sorted(items, key=lambda item: len(item.source))
    for start in range(0, len(ordered), at_a_time):
        reads = read_both(model, ordered[start : start + at_a_time])
        yield count_recovery(reads, inject(model, reads))


def count_recovery(reads: Sequence[Read], injected: Sequence[Injection]) -> RecoveryCounts:
    """Count, under (what, place): places count from 1, what has no place stands at 0, `back` at the tokens it took."""
    counts: RecoveryCounts = Counter()
    for read in reads:
        reference = read.item.reference
        counts["items", 0] += 1
        counts["exact", 0] += read.own == reference
        for place, right in enumerate(reference, start=1):
            counts["seen", place] += 1
            counts["fed", place] += read.fed[place - 1] == right
            counts["own", place] += read.own[place - 1 : place] == (right,)
    for case in injected:
        place = case.step + 1
        counts["injected", place] += 1
        counts["control", place] += case.control_right
        counts["recovered", place] += case.damage == 0
        counts["recovered_of_right", place] += case.damage == 0 and case.control_right
        counts["damage", place] += case.damage
        counts["back", -1 if case.back_after is None else case.back_after] += 1
    return counts


def in_all(counts: RecoveryCounts, what: str) -> int:
    """Add a count up over all places."""
    return sum(number for (name, _), number in counts.items() if name == what)


def shares(counts: RecoveryCounts) -> dict[str, float]:
    """Return what was counted as shares from 0 to 1, over all places; `damage` in edits.

    `recovered_of_right` is the share recovered of those cases that go right without the wrong token.
    """
    items, seen, injected = counts["items", 0], in_all(counts, "seen"), in_all(counts, "injected")
    found = {"exact": counts["exact", 0] / max(1, items)}
    found |= {name: in_all(counts, name) / max(1, seen) for name in ("fed", "own")}
    found |= {name: in_all(counts, name) / max(1, injected) for name in ("control", "recovered", "damage")}
    found["recovered_of_right"] = in_all(counts, "recovered_of_right") / max(1, in_all(counts, "control"))
    found["never_back"] = counts["back", -1] / max(1, injected)
    return found


def by_place(counts: RecoveryCounts, what: str, of: str) -> list[float | None]:
    """Return a count's share of another at places 1, 2, …; None where there is none of the other."""
    last = max((place for name, place in counts if name == of), default=0)
    return [counts[what, p] / counts[of, p] if counts[of, p] else None for p in range(1, last + 1)]
