"""What is worked out of runs is kept within a bound of bytes, whatever it is."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from core.run import kept as module
from core.run import runs
from core.run.kept import Pool, size_of
from core.run.runs import RunSpec

SPEC = RunSpec(model="dates", source="3 mars 2001")


@dataclass(frozen=True)
class Pair:
    one: torch.Tensor
    other: torch.Tensor


def test_a_size_is_that_of_the_numbers_and_texts_each_once() -> None:
    numbers = torch.zeros(1000)
    assert 4000 <= size_of(Pair(numbers, numbers[:500])) < 4500  # the half is a view of the whole
    assert 8000 <= size_of(Pair(numbers, torch.zeros(1000))) < 8500
    assert 800 <= size_of({"a": np.zeros(100)}) < 1200 and 10_000 <= size_of(["x" * 10_000, 3, None]) < 10_400


def test_what_was_not_asked_for_longest_goes_first_and_what_is_too_large_is_not_kept() -> None:
    pool = Pool(1000)
    for name in "abc":
        pool.put(name, "x" * 300)
        pool.get("a")
    assert pool.get("a") and pool.get("c") and not pool.get("b") and pool.taken <= 1000
    assert pool.put("large", "x" * 2000) == "x" * 2000
    assert pool.get("large") is None and pool.get("a")


def test_equal_runs_are_one_object_and_all_runs_stay_within_the_bound(monkeypatch) -> None:
    first = runs.trace(SPEC)
    assert runs.trace(replace(SPEC)) is first
    size = size_of(first)
    monkeypatch.setattr(module, "POOL", Pool(4 * size))
    for day in range(1, 13):
        runs.trace(replace(SPEC, source=f"{day} mars 2001"))
        assert module.POOL.taken <= 4 * size
    assert len(module.POOL.results) >= 2
    again = runs.trace(replace(SPEC, source="1 mars 2001"))
    assert torch.equal(again.steps[0].log_probs, runs.trace(replace(SPEC, source="1 mars 2001")).steps[0].log_probs)
