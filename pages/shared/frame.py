"""The frame around every page: what all pages share, in the sidebar and in the URL.

A rerun of the whole app costs the browser several times what a fragment does, so the shared controls are drawn in three
parts, and a page puts each in the fragment that it should rerun: `begin` (model, reference, padding, pins: everything),
`run_controls` (the switches) and `look_controls` (layer and head).
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.tasks import kind_of
from pages.shared.browser.components import copy_link, view_saw_press
from pages.shared.browser.visitor import is_needed, meet
from pages.shared.internals import is_history_navigation
from pages.shared.run import models
from pages.shared.run.runs import SWITCHES, RunSpec, runnable, useless_switches
from pages.shared.run.shipped import NoModels
from pages.shared.state import AppState, first_spec, state
from pages.shared.text import as_code, t, t_or
from pages.shared.url import links
from pages.shared.url.fields import Choices
from pages.shared.widgets.controls import controlled, pressed


def begin(page: str, kind: type[Choices] | None = None) -> tuple[AppState, DeltaGenerator, DeltaGenerator]:
    """Enter a page and draw what belongs to no fragment.

    Returns the visitor's state, and the places in the sidebar for `look_controls` and `run_controls`.
    """
    current = enter(page, kind)
    look, run = shared_controls(current)
    return current, look, run


def enter(page: str, kind: type[Choices] | None = None) -> AppState:
    """Take over the URL if somebody else changed it, with the page's own choices of this `kind`; draw nothing."""
    stop_without_models()
    current = state()
    asked = dict(st.query_params.items())
    needed = is_needed(page, asked)
    with st.sidebar:
        meet(current, needed)
    if needed and not current.visitor:
        st.stop()
    if page != current.page:
        current.problems = []  # they were said of another page
    if not is_echo(current, asked):
        links.read(current, asked, kind)
        # Once read, it must not undo what the visitor then changes, even if it is just what we would write.
        current.written.append(asked)
    leave_deleted_models(current)
    current.enter(page, kind)
    return current


def stop_without_models() -> None:
    """Say so, and draw nothing else, if there is no model to show anything of."""
    try:
        models.catalogue()
    except NoModels as error:
        draw_sentences(error.sentences, of="page")
        st.stop()


def leave_deleted_models(current: AppState) -> None:
    """Go back to the usual model, or to no run A, where a run was deleted with the model that was looked at."""
    if current.shown is not None and not models.is_there(current.shown.model):
        current.shown = None
    if not models.is_there(current.spec.model):
        current.spec, current.shown, current.pinned = first_spec(), None, None
        current.problems = [t("problem.model_gone")]
    if current.pinned is not None and not models.is_there(current.pinned.model):
        current.unpin()
        current.problems = [*current.problems, t("problem.pinned_gone")]


def shared_controls(current: AppState) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw model, reference, padding and pins; return the places for `look_controls` and `run_controls`."""
    spec, names = current.spec, list(models.available(current.visitor) | {current.spec.model: None})
    with st.sidebar:
        controlled(
            st.selectbox, "model", spec.model, current.choose_model, options=names,
            format_func=lambda name: models.catalogue()[name].title,
        )  # fmt: skip
        if models.catalogue().left_out:
            st.caption(t("models.left_out_short", files=", ".join(map(as_code, models.catalogue().left_out))))
        controlled(
            st.text_input, "reference", spec.reference, lambda text: current.change(reference=text),
            placeholder=t("control.reference_placeholder"),
        )  # fmt: skip
        look, run = st.container(), st.container()
        pin_controls(current)
    current.note_drawn("model", "reference", "pads", "pinned")
    return look, run


def is_echo(current: AppState, asked: dict[str, str]) -> bool:
    """Tell whether the address bar holds what we wrote, now or, if the browser lags, a while ago.

    Whoever goes back in the browser's history asks for what we wrote; the same address typed is another visit.
    """
    return asked in current.written and not is_history_navigation()


def finish(current: AppState) -> None:
    """Write what is shown into the URL."""
    params = links.write(current)
    # What the browser sends may be older than what it was last told to show.
    if params != dict(st.query_params.items()) or params != current.written[-1]:
        st.query_params.from_dict(params)
        current.written.append(params)


def look_controls(current: AppState) -> None:
    """Draw the choice of layer and head."""
    config = models.catalogue()[current.spec.model].config
    view = current.view.within(config)
    layers = config.num_encoder_layers if view.attention == "encoder" else config.num_decoder_layers

    def take(name: str, chosen: int) -> None:
        if not view_saw_press(name, chosen - 1):
            current.look(**{name: chosen - 1})

    for name, count in (("layer", layers), ("head", config.num_heads)):
        controlled(
            st.segmented_control, name, getattr(view, name) + 1, partial(take, name), options=range(1, count + 1),
            required=True,
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


def pin_controls(current: AppState) -> None:
    """Draw the padding and the buttons that pin the run; they are used seldom enough to rerun everything."""
    controlled(
        st.slider, "pads", current.spec.pads, lambda count: current.change(pads=count), min_value=0,
        max_value=links.MOST_PADS,
    )  # fmt: skip
    with st.container(horizontal=True):
        if current.pinned is None:
            pressed("pin", current.pin)
        else:
            pressed("unpin", current.unpin)
        copy_link()


def link_control() -> None:
    """Draw in the sidebar what a page has that shows nothing of the shared run: the button that copies the link."""
    with st.sidebar:
        copy_link()


def source_bar(current: AppState) -> None:
    """Draw the source and the examples."""
    controlled(
        st.text_input,
        "source",
        current.spec.source,
        current.read_source,
        placeholder=t_or(f"control.source_placeholder_{kind_of(current.spec.task)}", "control.source_placeholder"),
    )
    sources = [example.source for example in current.spec.task.examples()]
    with st.container(key="examples-row"):
        controlled(
            st.pills, "examples", current.spec.source if current.spec.source in sources else None,
            current.read_source, options=sources, required=True, label_visibility="collapsed",
        )  # fmt: skip
    current.note_drawn("source")


def run_to_show(current: AppState) -> list[str]:
    """Show the run that was asked for, or the last one that could be run; return a sentence about what cannot be."""
    shown, said = runnable(current.spec)
    current.shown = shown or current.shown or first_spec()
    if shown is None:
        said.append(still_showing(current.spec, current.shown))
    return said


def still_showing(asked: RunSpec, shown: RunSpec) -> str:
    """Say which run is shown in place of the one that was asked for."""
    if shown.model == asked.model:
        return t("problem.still_showing", source=shown.source)
    return t("problem.still_showing_model", model=models.catalogue()[shown.model].title, source=shown.source)


def problems(sentences: list[str], of: str = "page") -> None:
    """Show sentences about what could not be done; they may hold typed text, so nothing in them is Markdown.

    `of` tells apart what a page says in several places.
    """
    draw_sentences(sentences, of)
    if of == "page":
        state().note_drawn("problems")


def draw_sentences(sentences: Sequence[str], of: str) -> None:
    """Draw sentences one below the other, also where there is no state, since there is no model."""
    for number, sentence in enumerate(sentences):
        with st.container(border=True, key=f"problem-{number}-{of}"):
            st.text(sentence)
