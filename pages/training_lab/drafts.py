"""The pairs that a visitor typed or uploaded, kept as they came until they are trained on, and what is read of them."""

import json
import secrets
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

from core import paths
from core.run import models
from core.sentences import Sentence
from core.tasks.pairs import Pairs, PairsTask
from core.tasks.pairs_text import BadPairs, ReadPairs, has_heading, read_pairs, write_pairs

PLURALS = paths.PAIRS / "plurals.tsv"
NOW, BEFORE = "pairs.json", "pairs-before.json"


@dataclass(frozen=True)
class Draft:
    """Hold a text of two columns, whether its first row is a heading, and the file it came from, if from one."""

    text: str = ""
    heading: bool = False
    file: str = ""

    @classmethod
    def new(cls, text: str, file: str = "") -> Self:
        """Return a draft of which the visitor has not said whether its first row is a heading."""
        return cls(text, has_heading(text), file)


@dataclass(frozen=True, eq=False)
class Reading:
    """Hold a draft and what was read of it: pairs, or why there are none."""

    draft: Draft
    found: ReadPairs | None = None
    task: PairsTask | None = None
    problem: Sentence | None = None

    @property
    def pairs(self) -> Pairs:
        """Return the pairs, as far as there are any."""
        return () if self.found is None else self.found.pairs


def reading_of(visitor: str) -> Reading:
    """Return the visitor's draft as it is read; an empty one if there is none."""
    path = models.RUNS / visitor / NOW
    try:
        about = path.stat() if models.TOKEN.fullmatch(visitor) else None
    except OSError:
        about = None
    if about is None:
        return Reading(Draft())
    return _reading(path, about.st_mtime_ns, about.st_ino)


@lru_cache(maxsize=8)
def _reading(path: Path, written_at: int, number: int) -> Reading:
    try:
        draft = Draft(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # cut off, or written by another version
        return Reading(Draft(), problem=Sentence("lab.pairs_unreadable"))
    if not draft.text.strip():
        return Reading(draft)
    try:
        found = read_pairs(draft.text.encode(), draft.heading)
    except BadPairs as problem:
        return Reading(draft, problem=problem.sentence)
    return Reading(draft, found, PairsTask(found.pairs))


def keep(visitor: str, draft: Draft) -> None:
    """Keep a draft in place of the last one, which can be brought back if its text was another.

    Raises: OSError if the disk does not take it; then all is as it was.
    """
    if not models.TOKEN.fullmatch(visitor):
        return
    now, before = (models.RUNS / visitor / name for name in (NOW, BEFORE))
    now.parent.mkdir(parents=True, exist_ok=True)
    partial = now.with_suffix(f".{secrets.token_hex(4)}.partial")
    try:
        partial.write_text(json.dumps(asdict(draft), ensure_ascii=False), encoding="utf-8")
        if reading_of(visitor).draft.text not in ("", draft.text):
            now.replace(before)
        partial.replace(now)
    finally:
        partial.unlink(missing_ok=True)


def can_undo(visitor: str) -> bool:
    """Tell whether there is a draft to bring back."""
    return bool(models.TOKEN.fullmatch(visitor)) and (models.RUNS / visitor / BEFORE).exists()


def undo(visitor: str) -> None:
    """Bring back the draft that was replaced; what replaced it can be brought back in turn.

    Raises: OSError if the disk does not let it.
    """
    now, before = (models.RUNS / visitor / name for name in (NOW, BEFORE))
    if can_undo(visitor):
        between = before.with_suffix(f".{secrets.token_hex(4)}.partial")
        before.replace(between)
        if now.exists():
            now.replace(before)
        between.replace(now)


def take_pairs(visitor: str, pairs: Pairs) -> None:
    """Make pairs that were trained on the draft, unless they are it already.

    Raises: OSError if the disk does not take them.
    """
    if pairs and pairs != reading_of(visitor).pairs:
        keep(visitor, Draft(write_pairs(pairs)))


@cache
def plurals() -> str:
    """Return the pairs that a newcomer can start with."""
    return PLURALS.read_text(encoding="utf-8")
