"""Widgets that always show what is chosen, whoever chose it, and say what one press of them would choose."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from pages.shared.state import Offer, next_key, state
from pages.shared.text import t
from pages.shared.told import heard


def controlled(widget: Callable, name: str, value: Any, changed: Callable[[Any], None], **options: Any) -> None:
    """Draw a widget that always shows `value` and hands on what the visitor makes of it.

    When the value was changed by anything but the widget, the widget gets a new key: a browser that still sends the old
    value, because it has not heard of the new one, then speaks of a widget that is no more.
    """
    current = state()
    keys = current.widget_keys
    key = keys.get(name, f"control-{name}-0")
    if "options" in options:
        options["format_func"] = distinct_format(options["options"], options.get("format_func", str))
    text = options["format_func"](value) if "options" in options and value is not None else ""
    before = current.widget_texts.get(name, (value, text))
    current.widget_texts[name] = value, text
    # A browser keeps the text of what is chosen: the same option under another text is another widget too.
    if st.session_state.get(key, value) != value or (before[0] == value and before[1] != text):
        key = next_key(key)
    keys[name] = key
    st.session_state.setdefault(key, value)
    # The default too: a browser that is sent two runs in a row misses what only the first one sets by its state.
    if widget is st.selectbox:
        options["index"] = None if value is None else list(options["options"]).index(value)
    elif widget in (st.segmented_control, st.pills):
        options["default"] = [] if value is None else [value]
    else:
        options["value"] = value

    def hand_on() -> None:
        current.presses += 1
        if keys[name] == key and key in st.session_state:  # it may have gone with its page
            changed(st.session_state[key])

    current.offers[name] = Offer(other_options(widget, value, options), changed)
    widget(t(f"control.{name}"), key=key, help=t(f"help.{name}"), on_change=heard(hand_on), **options)


def distinct_format(options: Iterable[Any], format_func: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return the format in which no two options look alike to a browser: it tells by the text which one was pressed.

    Further options of the same text get zero-width spaces, which take no room; places, as `tokens.told_apart` gives
    them, would.
    """
    texts, seen = {}, Counter()
    for option in options:
        text = format_func(option)
        texts[option] = text + "\u200b" * seen[text]
        seen[text] += 1
    return lambda option: texts.get(option) or format_func(option)


def other_options(widget: Callable, value: Any, options: Mapping[str, Any]) -> dict[int, Any]:
    """Return what one press can make of a widget's value, by the place of what is pressed."""
    if widget is st.segmented_control:
        return {place: option for place, option in enumerate(options["options"]) if option != value}
    return {0: not value} if widget is st.toggle and not options.get("disabled") else {}


def pressed(name: str, act: Callable[[], None], disabled: bool = False, **words: str) -> None:
    """Draw a button, with words for its label."""
    current = state()

    def press() -> None:
        current.presses += 1
        act()

    current.offers[name] = Offer({} if disabled else {0: None}, lambda _: act())
    st.button(
        t(f"control.{name}", **words), help=t(f"help.{name}"), on_click=heard(press), disabled=disabled,
        key=f"control-{name}",
    )  # fmt: skip
