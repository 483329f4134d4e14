"""The visitor's language: asked for by the address, chosen in the frame, kept in a cookie, or the browser's own."""

from dataclasses import dataclass, replace

import streamlit as st

from core.screen.texts import browsers_own, languages, speak_as
from core.sentences import ENGLISH
from pages.shared.internals import is_history_navigation, session_value

LANG = "lang"  # in the address
COOKIE, KEY = "s2s-language", "language"


@dataclass(frozen=True)
class Spoken:
    """Hold what language a visitor is spoken to.

    `chosen` tells that they said so, `written` are the languages that were lately written to the address bar.
    """

    name: str = ENGLISH
    chosen: bool = False
    written: frozenset[str] = frozenset()


def spoken() -> Spoken:
    """Return what language the visitor is spoken to; English where there is no visitor."""
    return session_value(KEY) or Spoken()


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


speak_as(lambda: spoken().name)
