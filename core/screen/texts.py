"""Every visible string, from the catalogue of the language that is spoken: a folder of assets/text.

Each language has a file `language.json`: its `name`, as its own speakers write it; the `tags` by which browsers ask for
it, beside the folder's name. `complete` tells that it has all texts, which a test then holds it to; what another one
lacks stands in English. Which one is spoken, an app says by `speak_as`; without it, it is English.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache, wraps
from typing import Any

from core import paths
from core.sentences import ENGLISH, Sentence, sentence_of, strings_of

WIDE_GAP = re.compile(r"(?<=[。？！：]) ")
SPEAKING: ContextVar[str] = ContextVar("speaking", default="")
BY_LANGUAGE: list[Callable[[], None]] = []  # what empties the caches of finished sentences


@dataclass(frozen=True, kw_only=True)
class About:
    """Say of a language what code has to know of it."""

    name: str
    tags: tuple[str, ...] = ()
    complete: bool = False


@cache
def languages() -> Mapping[str, About]:
    """Return what there is to know of each language, by the name of its folder, English first."""
    files = sorted(paths.TEXT.glob("*/language.json"), key=lambda path: (path.parent.name != ENGLISH, path))
    found = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in files}
    return {name: About(**about | {"tags": tuple(about.get("tags", ()))}) for name, about in found.items()}


def visitors_language() -> str:
    """Return the language of whoever visits; the app puts its own function in this one's place."""
    return ENGLISH


def speak_as(visitors: Callable[[], str]) -> None:
    """Ask this function from now on what language is spoken to whoever visits."""
    global visitors_language
    visitors_language = visitors


def language() -> str:
    """Return the language of what is put into words here."""
    return SPEAKING.get() or visitors_language()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Use a language in this thread, whoever visits."""
    before = SPEAKING.set(name)
    try:
        yield
    finally:
        SPEAKING.reset(before)


def browsers_own(locale: str | None) -> str:
    """Return the language for a browser's: of `zh-Hant-TW`, the first that there is of it, `zh-Hant` and `zh`."""
    by_tag = {tag.casefold(): name for name, about in languages().items() for tag in (name, *about.tags)}
    parts = (locale or "").replace("_", "-").casefold().split("-")
    tags = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((by_tag[tag] for tag in tags if tag in by_tag), ENGLISH)


def cached_by_language(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Keep results that hold finished sentences: the whole process shares them, so the language is part of the key."""

    def keeping(function: Callable[..., Any]) -> Callable[..., Any]:
        @lru_cache(maxsize=maxsize)
        def kept(_: str, *values: Any) -> Any:
            return function(*values)

        @wraps(function)
        def called(*values: Any) -> Any:
            return kept(language(), *values)

        called.cache_clear = kept.cache_clear
        BY_LANGUAGE.append(kept.cache_clear)
        return called

    return keeping


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the strings of a language by key, from all its files, and in English what it does not have.

    Raises: ValueError if there is no such language, or if two files of it have the same key.
    """
    if not (paths.TEXT / language).is_dir():
        known = ", ".join(sorted(path.name for path in paths.TEXT.iterdir() if path.is_dir()))
        raise ValueError(f"there is no language {language!r} in assets/text; there are {known}")
    return strings_of(ENGLISH) | strings_of(language)


def t(key: str, /, **values: object) -> str:
    """Return one string with its {places} filled in.

    Raises: KeyError if the catalogue has no such string.
    """
    text = catalogue(language())[key]
    return text.format(**values) if values else text


def t_or(key: str, fallback: str, /, **values: object) -> str:
    """Return one string or, where the catalogue does not have it, another: not every task has strings of its own."""
    return t(key if key in catalogue(language()) else fallback, **values)


def say(what: Sentence | Exception | str) -> str:
    """Return what was said without a language yet, such as why something was refused, in the visitor's language."""
    what = sentence_of(what)
    return what.in_words(catalogue(language())) if isinstance(what, Sentence) else what


def called(kind: str, name: str, fallback: str) -> str:
    """Return what something is called that a file names: a model, a task, a part that is switched off."""
    key = f"{kind}.{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}"
    return catalogue(language()).get(key, fallback)


def listed(names: Iterable[str]) -> str:
    """Return names one after the other, as a sentence lists them."""
    return t("text.comma").join(names)


def sentences(*said: str) -> str:
    """Return sentences one after the other; behind a full-width mark stands no space. Empty ones go."""
    return WIDE_GAP.sub("", " ".join(filter(None, said)))


def under(prefix: str) -> dict[str, str]:
    """Return all strings whose key begins with `prefix.`, named without it."""
    return {key[len(prefix) + 1 :]: text for key, text in catalogue(language()).items() if key.startswith(f"{prefix}.")}


def prose(name: str) -> str:
    """Return a longer text, in Markdown."""
    return _prose(name, language())


@cache
def _prose(name: str, language: str) -> str:
    path = paths.TEXT / language / f"{name}.md"
    return (path if path.exists() else paths.TEXT / ENGLISH / path.name).read_text(encoding="utf-8")
