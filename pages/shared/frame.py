"""The frame around every page: the controls that all pages share, in the sidebar and above the view."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.run import models
from core.run.runs import SWITCHES, useless_switches
from core.run.titles import distinct_titles
from core.run.view import ATTENTIONS
from core.screen.texts import language, languages
from core.tasks import kind_of
from pages.shared.browser.components import copy_link, keep_language, view_saw_press
from pages.shared.browser.save import save_menu
from pages.shared.first import First
from pages.shared.language import choose_language
from pages.shared.projector import projector_control
from pages.shared.state import AppState
from pages.shared.text import as_code, listed, t, t_or
from pages.shared.translation import (
    STYLE,
    example_texts,
    is_asked,
    read_sentence,
    target_language_control,
    written_source,
)
from pages.shared.url import links
from pages.shared.widgets.controls import controlled, pressed

PAGES_OWN = ""  # among the examples: the source that makes the page's point


def shared_controls(current: AppState, pads: bool, pins: bool) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw model, reference and what a page heeds of padding and pins; return places for the controls of its fragments.

    These are `look_controls` and `run_controls`.
    """
    spec = current.spec
    titles = distinct_titles(dict.fromkeys([*models.choosable(current.visitor), spec.model]))
    with st.sidebar:
        controlled(
            st.selectbox, "model", spec.model, current.choose_model, options=list(titles),
            format_func=titles.__getitem__,
        )  # fmt: skip
        if models.catalogue().left_out:
            st.caption(t("models.left_out_short", files=listed(map(as_code, models.catalogue().left_out))))
        controlled(
            st.text_input, "reference", spec.reference, lambda text: current.change(reference=text),
            placeholder=t("control.reference_placeholder"),
        )  # fmt: skip
        look, run = st.container(), st.container()
        if pads:
            controlled(
                st.slider, "pads", current.spec.pads, lambda count: current.change(pads=count), min_value=0,
                max_value=links.MOST_PADS,
            )  # fmt: skip
        link_controls(current, pins)
    current.note_drawn("model", "reference", "pads", "pinned")
    return look, run


def look_controls(current: AppState) -> None:
    """Draw the choice of layer and head."""
    config = models.catalogue()[current.spec.model].config
    view = current.view.within(config)
    layers = config.num_encoder_layers if view.attention == "encoder" else config.num_decoder_layers

    def take(name: str, chosen: int) -> None:
        if not view_saw_press(current, name, chosen - 1):
            current.look(**{name: chosen - 1})

    for name, count in (("layer", layers), ("head", config.num_heads)):
        controlled(
            st.segmented_control, name, getattr(view, name) + 1, partial(take, name), options=range(1, count + 1),
            required=True, prefetch=current.shows_board,
        )  # fmt: skip


def attention_control(current: AppState, texts: str = "view.name", **how: Any) -> None:
    """Draw the choice of the attention that is looked at; its options are called `texts`_OPTION."""
    controlled(
        st.segmented_control, "attention", current.view.attention, lambda name: current.look(attention=name),
        options=ATTENTIONS, required=True, format_func=lambda name: t(f"{texts}_{name}"), **how,
    )  # fmt: skip


def run_controls(current: AppState, names: Sequence[str] = SWITCHES) -> None:
    """Draw the switches of the run, or those that a page heeds."""
    spec, config = current.spec, current.spec.config
    for name in names:
        useless = name in useless_switches(config)
        controlled(
            st.toggle, name, getattr(spec, name) and not useless, lambda on, name=name: current.change(**{name: on}),
            disabled=useless,
        )  # fmt: skip
    if not config.autoregressive:
        st.caption(t("control.parallel_switches"))


def link_controls(current: AppState, pins: bool = False) -> None:
    """Draw the buttons for links and projectors, and on a page that shows a pinned run those that pin one."""
    with st.container(horizontal=True):
        if pins and current.pinned is None:
            pressed("pin", current.pin, prefetch=False)
        elif pins:
            pressed("unpin", current.unpin, prefetch=False)
        copy_link()
        projector_control(current)
        save_menu(current)
    language_control(current)


def language_control(current: AppState) -> None:
    """Draw the choice of the language, each called as its own speakers call it; nothing else changes with it."""
    names = {name: about.name for name, about in languages().items()}
    with st.container(key="language-place"):
        controlled(
            st.segmented_control, "language", language(), choose_language, options=list(names), required=True,
            format_func=names.__getitem__, prefetch=False, label_visibility="collapsed",
        )  # fmt: skip
        keep_language()


def source_bar(current: AppState, first: First) -> None:
    """Draw the source and the examples, and offer what the page shows who comes there first."""
    spec = current.spec
    if is_asked(spec):
        st.html(STYLE)
        with st.container(key="source-row", horizontal=True):
            source_control(current)
            target_language_control(current)
    else:
        source_control(current)
    texts = example_texts(spec)
    # The page's own is always among the examples, so that none of them changes its place while another is pressed; and
    # it stands there once, though it may be an example of the task as well.
    if first.is_there:
        texts.pop(first.source, None)
        texts = {PAGES_OWN: t("control.show_first", source=first.source)} | texts
    shows_first = first.is_there and (spec.model, spec.source) == (first.model, first.source)
    chosen = PAGES_OWN if shows_first else written_source(spec) if written_source(spec) in texts else None

    def take(text: str) -> None:
        read_sentence(current, text) if text != PAGES_OWN else first.show(current)

    with st.container(key="examples-row"):
        controlled(
            st.pills, "examples", chosen, take, options=list(texts), required=True,
            label_visibility="collapsed", format_func=lambda text: texts.get(text, text),
        )  # fmt: skip
    current.note_drawn("source")


def source_control(current: AppState) -> None:
    """Draw the field of the source."""
    controlled(
        st.text_input, "source", written_source(current.spec), lambda text: read_sentence(current, text),
        placeholder=t_or(f"control.source_placeholder_{kind_of(current.spec.task)}", "control.source_placeholder"),
    )  # fmt: skip
