"""Every visible string, from one catalogue, so that another language can stand beside English."""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TEXT = Path(__file__).parents[2] / "assets" / "text"
LANGUAGE = "en"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def catalogue(language: str = LANGUAGE) -> dict[str, str]:
    """Return the strings of a language by key, from all its files.

    Raises: ValueError if two files have the same key.
    """
    found: dict[str, str] = {}
    for path in sorted((TEXT / language / "strings").glob("*.json")):
        strings = json.loads(path.read_text(encoding="utf-8"))
        if twice := sorted(found.keys() & strings.keys()):
            raise ValueError(f"{path.name} has strings that another file has too: {', '.join(twice)}")
        found |= strings
    return found


def t(key: str, /, **values: object) -> str:
    """Return one string with its {places} filled in.

    Raises: KeyError if the catalogue has no such string.
    """
    text = catalogue()[key]
    return text.format(**values) if values else text


def under(prefix: str) -> dict[str, str]:
    """Return all strings whose key begins with `prefix.`, named without it."""
    return {key[len(prefix) + 1 :]: text for key, text in catalogue().items() if key.startswith(f"{prefix}.")}


@cache
def prose(name: str, language: str = LANGUAGE) -> str:
    """Return a longer text, in Markdown."""
    return (TEXT / language / f"{name}.md").read_text(encoding="utf-8")


def powers(text: str) -> str:
    """Write numbers such as 3.1e-08 as one reads them: 3.1 · 10⁻⁸."""
    return re.sub(r"(\d)e([+-]\d+)", lambda found: f"{found[1]} · 10{str(int(found[2])).translate(RAISED)}", text)


def minus(text: str) -> str:
    """Write numbers with a true minus sign, which is as long as a plus."""
    return text.replace("-", "−")


def as_code(text: str) -> str:
    """Return typed text as a Markdown code span that it cannot leave."""
    return "`` " + text.replace("`", "ˋ").replace("|", "∣") + " ``"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table whose first column is left-aligned and the others right; empty ones go."""
    kept = [column for column in range(len(head)) if any(row[column] for row in rows)]
    lines = [[head[column] for column in kept], ["---" if column == 0 else "--:" for column in kept]]
    lines += [[row[column] for column in kept] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
