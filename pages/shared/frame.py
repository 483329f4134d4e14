"""The frame around every page: what all pages share, in the sidebar and in the URL."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared import links, models
from pages.shared.components import copy_link
from pages.shared.state import AppState, state
from pages.shared.text import t

# How long a browser may go on sending an address that we have replaced.
ECHO_SECONDS = 5.0


def begin(page: str) -> AppState:
    """Take over the URL if somebody else changed it, draw the shared controls, and return the visitor's state."""
    current = state()
    asked = dict(st.query_params.items())
    if not is_echo(current, asked):
        links.read(current, asked)
    current.enter(page)
    with st.sidebar:
        sidebar(current)
    return current


def is_echo(current: AppState, asked: dict[str, str]) -> bool:
    """Tell whether the address bar holds what we wrote: the latest, or, from a browser that lags behind, one written just now."""
    latest, _ = current.written[-1]
    since = time.monotonic() - ECHO_SECONDS
    return asked == latest or any(asked == params and at > since for params, at in current.written)


def finish(current: AppState) -> None:
    """Write what is shown into the URL."""
    params = links.write(current)
    if params != dict(st.query_params.items()):
        st.query_params.from_dict(params)
        current.written.append((params, time.monotonic()))


def sidebar(current: AppState) -> None:
    """Draw the controls that all pages share."""
    spec, metadata = current.spec, models.catalogue()[current.spec.model]
    config = metadata.config
    names = list(models.catalogue())
    controlled(
        st.selectbox, "model", spec.model, lambda name: current.change(model=name), options=names,
        format_func=lambda name: models.catalogue()[name].title,
    )  # fmt: skip
    controlled(
        st.text_input, "reference", spec.reference, lambda text: current.change(reference=text),
        placeholder=t("control.reference_placeholder"),
    )  # fmt: skip
    layers = config.num_encoder_layers if current.view.attention == "encoder" else config.num_decoder_layers
    for name, count in (("layer", layers), ("head", config.num_heads)):
        controlled(
            st.segmented_control, name, min(getattr(current.view, name), count - 1) + 1,
            lambda chosen, name=name: current.look(**({name: chosen - 1} if chosen else {})),
            options=range(1, count + 1),
        )  # fmt: skip
    for name in ("causal", "padding", "position", "teacher"):
        useless = name == "position" and config.position == "none"
        controlled(
            st.toggle, name, getattr(spec, name) and not useless, lambda on, name=name: current.change(**{name: on}),
            disabled=useless,
        )  # fmt: skip
    controlled(
        st.slider, "pads", spec.pads, lambda count: current.change(pads=count), min_value=0, max_value=links.MOST_PADS
    )
    with st.container(horizontal=True):
        pin(current)
        copy_link()


def controlled(widget: Callable, name: str, value: Any, changed: Callable[[Any], None], **options: Any) -> None:
    """Draw a widget that always shows `value` and hands on what the visitor makes of it."""
    key = f"control-{name}"
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    widget(
        t(f"control.{name}"), key=key, help=t(f"help.{name}"),
        on_change=lambda: changed(st.session_state[key]), **options,
    )  # fmt: skip


def pin(current: AppState) -> None:
    """Draw the buttons that keep the present run as A, and let it go."""

    def keep() -> None:
        current.pinned = current.shown or current.spec

    def let_go() -> None:
        current.pinned = None
        current.look(compare="b")

    if current.pinned is None:
        st.button(t("control.pin"), help=t("help.pin"), on_click=keep, key="control-pin")
    else:
        st.button(t("control.unpin"), help=t("help.unpin"), on_click=let_go, key="control-unpin")


def source_bar(current: AppState) -> None:
    """Draw the source and the examples."""
    controlled(st.text_input, "source", current.spec.source, current.read_source, placeholder=t("control.source_placeholder"))

    def take(example: str | None) -> None:
        if example is not None:
            current.read_source(example)

    sources = [example.source for example in current.spec.task.examples()]
    with st.container(key="examples-row"):
        controlled(
            st.pills, "examples", current.spec.source if current.spec.source in sources else None, take,
            options=sources, label_visibility="collapsed",
        )  # fmt: skip


def problems(sentences: list[str]) -> None:
    """Show sentences about what could not be done; they may hold typed text, so nothing in them is Markdown."""
    for sentence in sentences:
        with st.container(horizontal=True, border=True, key=f"problem-{hash(sentence) & 0xFFFF}"):
            st.text(sentence)


