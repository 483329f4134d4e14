"""A made-up language: a folder like any other, in which every text is marked, so that what is not of it is seen."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import paths
from core.screen import texts
from core.sentences import strings_of

NAME, OWN_NAME = "xx", "Xish"
KEPT_AS_IT_IS = {"page", "link", "check", "right", "query", "params", "figures", "name", "reports", "minutes"}
KEPT_AS_IT_IS |= {"wrong_code", "right_code"}
PLACES = re.compile(r"(\{[^{}]*\})")


def marked(string: str) -> str:
    """Return a string as the made-up language has it; places to fill in stay."""
    return f"‹{string}›"


def marked_tree(data: Any, mark: Callable[[str], str] = marked) -> Any:
    """Return a lesson, a topic of questions or a bug with its texts marked, and all else as it is."""
    if isinstance(data, str):
        return mark(data)
    if isinstance(data, list):
        return [marked_tree(each, mark) for each in data]
    if isinstance(data, dict):
        return {name: each if name in KEPT_AS_IT_IS else marked_tree(each, mark) for name, each in data.items()}
    return data


def write_language(texts: Path, name: str = NAME, mark: Callable[[str], str] = marked) -> None:
    """Write a complete language beside English, in a folder of languages."""
    folder = texts / name
    for path in sorted((texts / "en").rglob("*.*")):
        target = folder / path.relative_to(texts / "en")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            target.write_text(marked_prose(path.read_text(encoding="utf-8"), mark), encoding="utf-8")
            continue
        data = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "language.json":
            data |= {"name": OWN_NAME}
        elif path.parent.name == "strings":
            data = {key: mark(string) for key, string in data.items()}
        else:
            data = marked_tree(data, mark)
        target.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def marked_prose(prose: str, mark: Callable[[str], str]) -> str:
    """Return a text with its paragraphs marked; the line that parts a question from its answer stays."""
    return "".join(part if part.startswith("---") or not part.strip() else mark(part.strip("\n")) + "\n\n"
                   for part in re.split(r"(?<=\n)(---\n)|\n\n", prose) if part)  # fmt: skip


def forget_texts() -> None:
    """Forget what was read of the languages."""
    for kept in (strings_of, texts.catalogue, texts._prose, texts.languages):
        kept.cache_clear()
    for clear in texts.BY_LANGUAGE:
        clear()


@contextmanager
def texts_in(folder: Path) -> Iterator[None]:
    """Read all texts from another folder; what was read of it is forgotten with it, whatever happens meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "TEXT", folder)
        forget_texts()
        try:
            yield
        finally:
            forget_texts()


@contextmanager
def another_language(place: Path) -> Iterator[Path]:
    """Let the made-up language be there, in a copy of all texts, which is returned."""
    texts = place / "text"
    shutil.copytree(paths.TEXT, texts)
    write_language(texts)
    with texts_in(texts):
        yield texts
