"""Evidence: what commands measured, kept as JSON for the pages to show."""

import json
from pathlib import Path
from typing import Any

from core.files import write_whole

EVIDENCE = Path(__file__).parents[2] / "assets" / "evidence"


def write_evidence(name: str, found: dict[str, Any]) -> None:
    """Keep a piece of evidence under a name, in place of an older one."""
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    write_whole(EVIDENCE / f"{name}.json", text + "\n")


def read_evidence(name: str) -> dict[str, Any] | None:
    """Return a piece of evidence, or None if there is none of that name."""
    path = EVIDENCE / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
