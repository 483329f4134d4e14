"""Sentences on screen about what could not be done, or is not shown."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.evaluation.shipped import NoModels
from core.run import models
from core.run.runs import RunSpec
from core.run.second_reading import second_notices
from core.run.titles import title_of
from core.sentences import Sentence
from pages.shared.state import state
from pages.shared.text import say, t


def stop_without_models() -> None:
    """Say so, and draw nothing else, if there is no model to show anything of."""
    try:
        models.catalogue()
    except NoModels as error:
        draw_sentences([t("models.none"), *left_out_sentences(error.left_out)], of="page")
        st.stop()


def left_out_sentences(left_out: Mapping[str, Sentence]) -> list[str]:
    """Return a sentence about each file that is no model that can be used."""
    return [t("models.left_out", file=file, why=say(why)) for file, why in left_out.items()]


def still_showing(asked: RunSpec, shown: RunSpec) -> str:
    """Say which run is shown in place of the one that was asked for."""
    if shown.model == asked.model:
        return t("problem.still_showing", source=shown.source)
    return t("problem.still_showing_model", model=title_of(shown.model), source=shown.source)


def show_messages(sentences: list[str], of: str = "page") -> None:
    """Show sentences about what could not be done; they may hold typed text, so nothing in them is Markdown.

    `of` tells apart what a page says in several places.
    """
    draw_sentences(sentences, of)
    if of == "page":
        state().note_drawn("problems")


def say_second_reading(spec: RunSpec) -> list[str]:
    """Return the sentence to stand above the view; below it, draw it here, if the dictionary has the word already.

    Its entries then stand beside the output, and the view should not move down for what they mostly say, too.
    """
    sentences = second_notices(spec)
    if spec.known is None:
        return sentences
    for sentence in sentences:
        st.text(sentence)
    return []


def draw_sentences(sentences: Sequence[str], of: str) -> None:
    """Draw sentences one below the other, also where there is no state, since there is no model."""
    for number, sentence in enumerate(sentences):
        with st.container(border=True, key=f"problem-{number}-{of}"):
            st.text(sentence)
