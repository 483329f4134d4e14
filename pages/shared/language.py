"""The visitor's language: asked for by the address, chosen in the frame, kept by their browser, or the browser's own.

Each language is a folder of assets/text with a file `language.json`: its `name`, as its own speakers write it; the
`tags` by which browsers ask for it, beside the folder's name. `complete` tells that it has all texts, which a test then
holds it to; what another one lacks stands in English.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache

import streamlit as st

from core import paths
from core.sentences import ENGLISH
from pages.shared.internals import is_history_navigation, session_value

LANG = "lang"  # in the address
COOKIE, KEY = "s2s-language", "language"
SPEAKING: ContextVar[str] = ContextVar("speaking", default="")


@dataclass(frozen=True, kw_only=True)
class About:
    """Say of a language what code has to know of it."""

    name: str
    tags: tuple[str, ...] = ()
    complete: bool = False


@dataclass(frozen=True)
class Spoken:
    """Hold what language a visitor is spoken to.

    `chosen` tells that they said so, `written` are the languages that were lately written to the address bar.
    """

    name: str = ENGLISH
    chosen: bool = False
    written: frozenset[str] = frozenset()


@cache
def languages() -> Mapping[str, About]:
    """Return what there is to know of each language, by the name of its folder, English first."""
    files = sorted(paths.TEXT.glob("*/language.json"), key=lambda path: (path.parent.name != ENGLISH, path))
    found = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in files}
    return {name: About(**about | {"tags": tuple(about.get("tags", ()))}) for name, about in found.items()}


def spoken() -> Spoken:
    """Return what language the visitor is spoken to; English where there is no visitor."""
    return session_value(KEY) or Spoken()


def language() -> str:
    """Return the language of what is drawn here."""
    return SPEAKING.get() or spoken().name


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Use a language in this thread, whoever visits."""
    before = SPEAKING.set(name)
    try:
        yield
    finally:
        SPEAKING.reset(before)


def settle_language() -> None:
    """Find out what language the visitor is spoken to, before anything is drawn.

    An address that we wrote ourselves may come back late and asks for nothing, unless somebody goes back to it.
    """
    asked, now = st.query_params.get(LANG), session_value(KEY)
    if asked in languages() and (now is None or asked not in now.written or is_history_navigation()):
        choose_language(asked)
    elif now is None:
        kept = st.context.cookies.get(COOKIE)
        st.session_state[KEY] = Spoken(kept if kept in languages() else browsers_own(st.context.locale))


def choose_language(name: str) -> None:
    """Speak a language to the visitor from now on."""
    now = spoken()
    st.session_state[KEY] = replace(now, name=name, chosen=True, written=now.written | {name})


def browsers_own(locale: str | None) -> str:
    """Return the language for a browser's: of `zh-Hant-TW`, the first that there is of it, `zh-Hant` and `zh`."""
    by_tag = {tag.casefold(): name for name, about in languages().items() for tag in (name, *about.tags)}
    parts = (locale or "").replace("_", "-").casefold().split("-")
    tags = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((by_tag[tag] for tag in tags if tag in by_tag), ENGLISH)
