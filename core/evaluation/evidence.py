"""Evidence: what commands measured, kept as JSON for the pages to show. Nobody else reads or writes these files.

Under `weights` a file names every model that ships and whose scores it holds, with the fingerprint of what was
measured. It is handed out only while each of them has these weights: numbers of other weights are no evidence.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import paths
from core.checkpoint import CheckpointError
from core.evaluation.fingerprints import file_fingerprint
from core.files import write_whole


def write_evidence(name: str, command: str, weights: Mapping[str, str], found: Mapping[str, Any]) -> None:
    """Keep what a command found under a name, in place of an older one.

    `weights` are the fingerprints of the shipped models that were measured, by name.
    """
    data = {"command": command, "weights": dict(weights), **found}
    write_text(name, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def write_text(name: str, text: str) -> None:
    """Keep a piece of evidence that is written as JSON already, its `weights` included."""
    paths.EVIDENCE.mkdir(parents=True, exist_ok=True)
    write_whole(evidence_path(name), text)


def read_evidence(name: str, build: Callable[[dict[str, Any]], Any] = dict) -> Any | None:
    """Return a piece of evidence; None if there is none of that name, or if it was measured with other weights.

    It is what `build` makes of its values, once for all who ask: nobody may change it.
    """
    path = evidence_path(name)
    if not path.exists():
        return None
    found = path.stat()
    data, built = _read(path, found.st_mtime_ns, found.st_size, build)
    return built if is_of_shipped_weights(data) else None


def evidence_path(name: str) -> Path:
    """Return the file of a piece of evidence."""
    return paths.EVIDENCE / f"{name}.json"


def is_of_shipped_weights(data: Mapping[str, Any]) -> bool:
    """Tell whether a piece of evidence says which weights it measured, and the models that ship have them all."""
    weights = data.get("weights")
    try:
        return isinstance(weights, dict) and weights == fingerprints_of(weights)
    except CheckpointError:
        return False


def fingerprints_of(models: Iterable[str]) -> dict[str, str]:
    """Return the fingerprints of models that ship, or lie at a path, by name.

    Raises: CheckpointError if one of them is not there, or cannot be read.
    """
    found = {name: paths.checkpoint_path(name) for name in models}
    return {path.stem if path == Path(name) else name: file_fingerprint(path) for name, path in found.items()}


@lru_cache(maxsize=64)
def _read(path: Path, changed: int, size: int, build: Callable[[dict[str, Any]], Any]) -> tuple[dict[str, Any], Any]:
    data = json.loads(path.read_text(encoding="utf-8"))
    return data, build(data)
