"""Files that are written as a whole or not at all, whoever else writes them at the same time."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PARTIAL = ".partial"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Hand out a path to write to, which takes the place of `path` if all went well, and goes if not.

    Its name is drawn anew each time: threads of one process write the same file too, as two tabs of a visitor do.

    Raises: OSError if it cannot be put in place.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(6)}{PARTIAL}")
    try:
        yield partial
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def write_whole(path: Path, text: str) -> None:
    """Write a text file.

    Raises: OSError if it cannot be written; then the last one is still there.
    """
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def is_remnant(path: Path) -> bool:
    """Tell by its name whether a file was not completed: by us, or by safetensors, which writes beside its target."""
    return path.name.endswith(PARTIAL) or path.name.startswith(".tmp")
