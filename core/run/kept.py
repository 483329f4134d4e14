"""What was worked out of runs is kept, all of it together within a bound of bytes, what was asked for last the longest.

    @kept
    def rolled_out(spec: RunSpec) -> Rollout: ...

A run of a model with thousands of tokens takes more than a megabyte, most of it probabilities; a search takes several.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from torch import Tensor

MOST_BYTES = 256_000_000
SMALL = 64  # bytes, of what has no size worth telling
Asked = ParamSpec("Asked")
Found = TypeVar("Found")


class Pool:
    """Keep results by what they are results of, together at most so many bytes; one larger than that is not kept."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, 0
        self.results: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Hashable) -> tuple[Any, int] | None:
        """Return a result with its size, None if it is not kept."""
        with self.lock:
            if key in self.results:
                self.results.move_to_end(key)
            return self.results.get(key)

    def put(self, key: Hashable, result: Any) -> Any:
        """Keep a result, and let go of those that were not asked for longest; return the one that is kept."""
        size = size_of(result)
        with self.lock:
            if key in self.results:  # somebody else was quicker
                return self.results[key][0]
            if size <= self.most:
                self.results[key] = result, size
                self.taken += size
            while self.taken > self.most:
                _, (_, freed) = self.results.popitem(last=False)
                self.taken -= freed
        return result

    def forget(self, function: Callable[..., Any]) -> None:
        """Let go of all results of a function."""
        with self.lock:
            for key in [key for key in self.results if key[0] is function]:
                self.taken -= self.results.pop(key)[1]


POOL = Pool(MOST_BYTES)


def kept(function: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """Keep what a function returns, which nobody may change; its arguments must be hashable, given by place."""

    @wraps(function)
    def called(*asked: Any) -> Found:
        found = POOL.get((function, *asked))
        return found[0] if found is not None else POOL.put((function, *asked), function(*asked))

    called.cache_clear = lambda: POOL.forget(function)
    return called


def size_of(value: Any, seen: set[int] | None = None) -> int:
    """Return about how many bytes a result takes; numbers and texts that occur twice count once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))
    match value:
        case Tensor():
            storage = value.untyped_storage()
            if storage.data_ptr() in seen:
                return 0
            seen.add(storage.data_ptr())
            return storage.nbytes() + SMALL
        case np.ndarray():
            return value.nbytes + SMALL
        case str() | bytes():
            return len(value) + SMALL
        case Mapping():
            return SMALL + sum(size_of(each, seen) for pair in value.items() for each in pair)
        case list() | tuple() | set() | frozenset():
            return SMALL + sum(size_of(each, seen) for each in value)
    if is_dataclass(value):
        return SMALL + sum(size_of(getattr(value, each.name), seen) for each in fields(value))
    return SMALL
