"""A disk that fails: the n-th write below a folder, or all of them from there on, whoever makes it."""

import errno
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class FaultyDisk:
    """Count what is written below a folder through Python: files opened, texts, folders, new names, moments.

    While `fails` says so of its number, a write raises an OSError; half of a text is written before.
    """

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch, code: int = errno.ENOSPC) -> None:
        self.place, self.code, self.count = os.path.realpath(place), code, 0
        self.fails: Callable[[int], bool] = lambda number: False
        self.failed = 0
        real_open, low_open = io.open, os.open

        def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            counts = bool(set(mode) & set("wax+")) and self.is_below(file)
            if counts:
                self.note(file)
            found = real_open(file, mode, *rest, **named)
            return Faulty(found, self, file) if counts else found

        def opened_low(path: Any, flags: int, *rest: Any, **named: Any) -> int:
            if flags & WRITING:
                self.note(path)
            return low_open(path, flags, *rest, **named)

        monkeypatch.setattr(io, "open", opened)
        monkeypatch.setattr(os, "open", opened_low)
        for name in ("mkdir", "rename", "replace", "utime"):
            monkeypatch.setattr(os, name, self.noting(getattr(os, name)))

    def noting(self, act: Callable) -> Callable:
        """Return the same act, noted."""

        def noted(path: Any, *rest: Any, **named: Any) -> Any:
            self.note(path)
            return act(path, *rest, **named)

        return noted

    def is_below(self, path: Any) -> bool:
        """Tell whether a path lies below the folder."""
        return isinstance(path, str | Path) and os.path.realpath(path).startswith(self.place)

    def note(self, path: Any) -> None:
        """Count a write; let it fail if it is to."""
        if self.is_below(path):
            self.count += 1
            if self.fails(self.count):
                self.failed += 1
                raise OSError(self.code, os.strerror(self.code), str(path))

    def fill(self, number: int, lasting: bool) -> None:
        """Let the write of this number fail, counted from now, or all from there on."""
        self.count = self.failed = 0
        self.fails = (lambda count: count >= number) if lasting else (lambda count: count == number)

    def mend(self) -> None:
        """Let everything be written again."""
        self.fails = lambda number: False


class Faulty:
    """Be a file whose writes count, and may fail halfway."""

    def __init__(self, file: Any, disk: FaultyDisk, path: Any) -> None:
        self.file, self.disk, self.path = file, disk, path

    def write(self, text: Any) -> int:
        try:
            self.disk.note(self.path)
        except OSError:
            self.file.write(text[: len(text) // 2])
            raise
        return self.file.write(text)

    def __enter__(self) -> "Faulty":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do several things in threads that begin together; return what they raised."""
    barrier, raised = threading.Barrier(len(acts)), []

    def do(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
