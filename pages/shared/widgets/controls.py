"""Widgets that always show what is chosen, whoever chose it, and say what one press of them would choose."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import streamlit as st

from pages.shared.browser.callbacks import rerun_own_fragment
from pages.shared.state import AppState, next_key, state
from pages.shared.text import as_css, as_plain, t
from pages.shared.url.fields import Choices, Param
from pages.shared.widgets.options import DrawnOptions, PressOptions

MOST_DRAWN = 4
STRIP = """
.st-key-strip-NAME [data-testid="stButtonGroup"] > div { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: thin; }
.st-key-strip-NAME [role="radio"] { min-height: 1.75rem; padding: 0 0.55rem; flex: none; }
.st-key-strip-NAME [role="radio"] p { font-size: 0.85rem; white-space: nowrap; }
.st-key-strip-NAME [role="radio"] p::after { font-size: 0.95rem; margin-left: 0.4em; }
"""
# The widgets whose options are Markdown; the others draw theirs as they are.
MARKDOWN_OPTIONS = st.segmented_control, st.pills, st.radio


def controlled(
    widget: Callable, name: str, value: Any, changed: Callable[[Any], None], *, prefetch: bool = True, **options: Any
) -> None:
    """Draw a widget that always shows `value` and hands on what the visitor makes of it.

    What the view would show after each press is prefetched, unless `prefetch` says that it is not worth it.

    When the value was changed by anything but the widget, the widget gets a new key: a browser that still sends the old
    value, because it has not heard of the new one, then speaks of another widget. So it does when an option reads
    otherwise than before, since browsers hold the text of the chosen one: they would go on showing it, and take back
    what was pressed if it is no more. What is pressed on the last widget before the browser has the new one counts
    all the same, but not what is pressed while one stands in for the other: see `strip`.
    """
    current = state()
    keys = current.widget_keys
    key, texts = keys.get(name, f"control-{name}-0"), {}
    if "options" in options:
        format_func, as_drawn = options.get("format_func", str), as_plain if widget in MARKDOWN_OPTIONS else str
        texts = distinct_texts(options["options"], format_func, as_drawn)
        options["format_func"] = lambda option: texts.get(option) or as_drawn(format_func(option))
    drawn = current.drawn_options.setdefault(name, deque(maxlen=MOST_DRAWN))
    if st.session_state.get(key, value) != value or (drawn and reads_otherwise(texts, drawn[-1].texts)):
        key = next_key(key)
        current.widgets.replace(name)
    keys[name] = key
    if not drawn or drawn[-1] != (key, texts):
        drawn.append(DrawnOptions(key, texts))
    # By the default alone: what is set by the session's state would undo in the browser what was pressed meanwhile.
    if widget in (st.selectbox, st.radio):
        options["index"] = None if value is None else list(options["options"]).index(value)
        if widget is st.selectbox:  # Streamlit's own words would be English
            options.setdefault("placeholder", t("control.choose"))
    elif widget in (st.segmented_control, st.pills):
        options["default"] = [] if value is None else [value]
    else:
        options["value"] = value

    def hand_on() -> None:
        current.presses += 1
        current.problems = ()
        # It may have gone with its page; or long been replaced, and be named in a request that had waited.
        if key not in st.session_state or not (key == keys.get(name) or current.widgets.is_known(name, key)):
            return
        chosen, present = st.session_state[key], drawn[-1].texts
        if present and chosen is not None and chosen not in present:
            chosen = option_of(chosen, drawn)
            if chosen not in present:
                return
        if present:
            current.presses_of_batch[key] = chosen
        changed(chosen)

    current.presses_of_batch.clear()
    offer = PressOptions(other_options(widget, value, options), changed, current.presses, prefetch)
    current.press_options[name] = current.last_options[name] = offer
    widget(t(f"control.{name}"), key=key, help=t(f"help.{name}"), on_change=rerun_own_fragment(hand_on), **options)
    current.widgets.note(name, key)


def choice(
    current: AppState, kind: type[Choices], name: str, take: Callable[[Any], None] | None = None, **how: Any
) -> None:
    """Draw the control of one field of a page's choices, with all that the field says of it.

    It shows what is chosen, as far as that is offered here, and sets the field; `take` does more than that in its
    place. `how` is what the widget takes besides, or in place of what the field says: where the run restricts the
    options or bounds, and `value` where it shows another than the chosen one.
    """
    param, chosen = kind.param(name), getattr(current.chosen(kind), name)
    options = widget_options(param) | {"prefetch": not param.elsewhere} | how
    # The class itself has the default under the field's name.
    value = options.pop("value") if "value" in options else fit_value(chosen, getattr(kind, name), options)
    choose = take or (lambda value: current.choose(kind, **{name: value}))
    controlled(getattr(st, param.widget), kind.control_name(name), value, choose, **options)


def widget_options(param: Param) -> dict[str, Any]:
    """Return what a field says of its widget, as the widget takes it."""
    match param.widget:
        case "slider" | "number_input":
            least, most = param.bounds
            return {"min_value": least, "max_value": most, "step": param.step, "format": param.format}
        case "text_input":
            return {"max_chars": param.longest}
        case "toggle":
            return {}
    options: dict[str, Any] = {"options": param.options}
    if param.texts:
        options["format_func"] = lambda option: t(f"{param.texts}_{option}")
    return options | ({"required": True} if param.widget == "segmented_control" else {})


def fit_value(value: Any, default: Any, options: Mapping[str, Any]) -> Any:
    """Return what a control can show of a value: the default if it is no option, the nearest number within bounds."""
    if "options" in options:
        return value if value in options["options"] else default
    if "min_value" in options:
        return min(max(value, options["min_value"]), options["max_value"])
    return value


def strip(name: str, names: Sequence[str], value: int, changed: Callable[[int], None], **options: Any) -> None:
    """Draw a strip of places, each with the name of what stands there in this run.

    Options that read as their places alone stay the same widget from run to run, so that no press is lost while the
    browser puts one widget in place of another. The names are drawn by style, which may change at any time.
    """
    beside = "".join(
        f'.st-key-strip-{name} [role="radio"]:nth-of-type({place}) p::after {{ content: {as_css(text)}; }}'
        for place, text in enumerate(names, start=1)
    )
    st.html(f"<style>{STRIP.replace('NAME', name)}{beside}</style>")
    with st.container(key=f"strip-{name}"):
        controlled(
            st.segmented_control, name, value, changed, options=range(len(names)), required=True,
            format_func=lambda row: str(row + 1), **options,
        )  # fmt: skip


def reads_otherwise(texts: Mapping[Any, str], before: Mapping[Any, str]) -> bool:
    """Tell whether an option reads otherwise than before, or a text means another option; some may come or go."""
    options = {text: option for option, text in before.items()}
    return any(
        before.get(option, text) != text or options.get(text, option) != option for option, text in texts.items()
    )


def choose_again(current: AppState, key: str, place: Any, before: Mapping[str, Any]) -> bool:
    """Choose the option at a place of a widget that showed it as chosen; tell whether that can have changed anything.

    It cannot where nothing was pressed since the widget was drawn, and no other has come in its place. `before` holds
    the places of what had been pressed until then, by key: other options that came in the same instant were pressed
    after it and so have the last word, though Streamlit 1.67 calls back for them first.
    """
    name = name_of(key)
    offer, drawn = current.last_options.get(name), current.drawn_options.get(name, ())
    texts = drawn_texts(current, key)
    if offer is None or place not in range(len(texts)):
        return False
    option = list(texts)[place]
    shown = st.session_state.get(key, option)
    if shown != option and shown in texts:  # another option was pressed there since
        return False
    if option not in drawn[-1].texts or (key == current.widget_keys.get(name) and offer.presses == current.presses):
        return False
    current.presses += 1
    current.problems = ()
    offer.take(option)
    for other, chosen in current.presses_of_batch.items():
        later, texts = current.last_options.get(name_of(other)), drawn_texts(current, other)
        if later is not None and chosen in texts and list(texts).index(chosen) != before.get(other):
            later.take(chosen)
    return True


def name_of(key: str) -> str:
    """Return the name of the control that has a widget of this key."""
    return key.removeprefix("control-").rsplit("-", 1)[0]


def drawn_texts(current: AppState, key: str) -> Mapping[Any, str]:
    """Return how the options of a widget read as it was last drawn; none if it was not drawn lately."""
    drawn = reversed(current.drawn_options.get(name_of(key), ()))
    return next((each.texts for each in drawn if each.key == key), {})


def option_of(text: str, drawn: Sequence[DrawnOptions]) -> Any:
    """Return the option that was last drawn with a text, None if none was.

    Streamlit 1.67 hands on the mere text of an option that reads otherwise by the time that its press arrives.
    """
    return next((option for _, texts in reversed(drawn) for option in texts if texts[option] == text), None)


def distinct_texts(
    options: Iterable[Any], format_func: Callable[[Any], str], as_drawn: Callable[[str], str] = str
) -> dict[Any, str]:
    """Return how options read, no two of them alike to a browser: it tells by the text which one was pressed.

    Further options of the same text get zero-width spaces, which take no room; places, as `tokens.told_apart` gives
    them, would. `as_drawn` makes of a text what the widget shows as that text.
    """
    texts, seen = {}, Counter()
    for option in options:
        text = as_drawn(format_func(option))
        texts[option] = text + "\u200b" * seen[text]
        seen[text] += 1
    return texts


def other_options(widget: Callable, value: Any, options: Mapping[str, Any]) -> dict[int, Any]:
    """Return what one press can make of a widget's value, by the place of what is pressed."""
    if widget is st.segmented_control:
        return {place: option for place, option in enumerate(options["options"]) if option != value}
    return {0: not value} if widget is st.toggle and not options.get("disabled") else {}


def pressed(
    name: str, act: Callable[[], None], disabled: bool = False, *, prefetch: bool = True,
    look: Mapping[str, str] = MappingProxyType({}), **words: str,
) -> None:  # fmt: skip
    """Draw a button, with words for its label; `look` is what Streamlit takes besides."""
    current = state()

    def press() -> None:
        current.presses += 1
        current.problems = ()
        act()

    current.press_options[name] = PressOptions({} if disabled else {0: None}, lambda _: act(), prefetch=prefetch)
    st.button(
        t(f"control.{name}", **words), help=t(f"help.{name}"), on_click=rerun_own_fragment(press), disabled=disabled,
        key=f"control-{name}", **look,
    )  # fmt: skip
