"""Sentences for whoever uses the program: a key and values, put into words in the language of who reads them.

    raise Refusal("refusal.not_divisible", d_model=50, num_heads=4)

`str()` of a refusal is English: `d_model=50 is not divisible by num_heads=4`. A page says it in its visitor's language.
The words of a key stand in the catalogue, the files of assets/text/<language>/strings.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from core import paths

ENGLISH = "en"


@cache
def strings_of(language: str) -> dict[str, str]:
    """Return the strings of a language by key, from all its files.

    Raises: ValueError if two files have the same key.
    """
    found: dict[str, str] = {}
    for path in sorted((paths.TEXT / language / "strings").glob("*.json")):
        strings = json.loads(path.read_text(encoding="utf-8"))
        if twice := sorted(found.keys() & strings.keys()):
            raise ValueError(f"{path.name} has strings that another file has too: {', '.join(twice)}")
        found |= strings
    return found


@dataclass(frozen=True)
class Sentence:
    """Hold what is said, in no language yet; a value may be a sentence too."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def in_words(self, strings: Mapping[str, str]) -> str:
        """Return the sentence in the language of these strings.

        Raises: KeyError if they do not have it.
        """
        inner = {name: each.in_words(strings) for name, each in self.values.items() if isinstance(each, Sentence)}
        return strings[self.key].format(**{**self.values, **inner})

    def __str__(self) -> str:
        return self.in_words(strings_of(ENGLISH))

    def to_data(self) -> dict[str, Any]:
        """Return the sentence as plain data for JSON."""
        inner = {name: each.to_data() for name, each in self.values.items() if isinstance(each, Sentence)}
        return {"key": self.key, "values": {**self.values, **inner}}

    @classmethod
    def from_data(cls, data: Any) -> "Sentence":
        """Read what `to_data` returned.

        Raises: ValueError if it is no sentence, or one that cannot be said.
        """
        if not (isinstance(data, dict) and isinstance(data.get("key"), str) and isinstance(data.get("values"), dict)):
            raise ValueError(f"a sentence has a key and values, got {data!r}")
        values = data["values"]
        found = cls(data["key"], values | {name: cls.from_data(x) for name, x in values.items() if isinstance(x, dict)})
        try:
            str(found)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"there is no sentence {data['key']!r} with these values") from error
        return found


class Refusal(ValueError):
    """Refuse what was asked for, and say why in a sentence that every language has."""

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key)
        self.sentence = Sentence(key, {name: sentence_of(value) for name, value in values.items()})

    def __str__(self) -> str:
        return str(self.sentence)


def sentence_of(value: Any) -> Any:
    """Return what an error says, as a sentence if it is a refusal, else as text; any other value as it is."""
    if isinstance(value, Refusal):
        return value.sentence
    return str(value) if isinstance(value, Exception) else value
