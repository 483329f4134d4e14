"""The log of a run: a line of JSON for each logged step, read again as far as it is sound."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.lab.status import is_number, is_step

NUMBERS = (
    "seconds", "loss", "grad_norm", "rate", "examples", "exact", "teacher_forced", "reward", "baseline", "variance",
)  # fmt: skip


def append_line(path: Path, line: Mapping[str, Any]) -> None:
    """Add a line to a log.

    Raises: OSError if it cannot be written.
    """
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a log; what is no such line, or is still being written, is left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = map(read_line, text[: text.rfind("\n") + 1].splitlines())
    return [line for line in lines if line is not None]


def read_line(text: str) -> dict[str, Any] | None:
    """Read one line of a log; None if it is torn or was never one."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(line, dict) or not is_step(line.get("step")) or "seconds" not in line:
        return None
    parts = line.get("parts", {})
    sound = isinstance(parts, dict) and all(map(is_number, parts.values()))
    return line if sound and all(is_number(line[name]) for name in NUMBERS if name in line) else None
