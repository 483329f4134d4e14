"""The language that a sentence is written in: a control beside the source, and the first token of what is read."""

from dataclasses import replace

import streamlit as st

from core.run.runs import RunSpec
from core.tasks import Sentences
from core.tasks.sentence_examples import SHOWS
from core.tasks.sentence_pairs import source_of
from core.tasks.sentences import ASKED, ASKS, split_source
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import controlled

STYLE = """<style>
.st-key-source-row { align-items: flex-end; gap: 0 0.75rem; }
.st-key-source-row > :first-child { flex: 1 1 300px; min-width: min(300px, 100%); }
.st-key-source-row > :last-child { flex: none; width: auto; max-width: 100%; }
.st-key-source-row [data-testid="stButtonGroup"] button { padding: 0 0.6rem; }
</style>"""


def is_asked(spec: RunSpec) -> bool:
    """Tell whether the source of a run asks for a language."""
    return isinstance(spec.task, Sentences)


def written_source(spec: RunSpec) -> str:
    """Return a source as its field shows it: without the token that asks for the language."""
    return split_source(spec.source)[1] if is_asked(spec) else spec.source


def read_sentence(current: AppState, text: str) -> None:
    """Read a sentence in the chosen language, or in the one that is typed before it."""
    if is_asked(current.spec) and not ASKS.match(text):
        text = source_of(split_source(current.spec.source)[0], text)
    current.read_source(text)


def target_language_control(current: AppState) -> None:
    """Draw the choice of the language; the sentence stays."""
    language, sentence = split_source(current.spec.source)
    controlled(
        st.segmented_control, "target_language", language, lambda name: current.read_source(source_of(name, sentence)),
        options=ASKED, required=True, prefetch=False, format_func=lambda name: t(f"target_language.{name}"),
    )  # fmt: skip


def example_texts(spec: RunSpec) -> dict[str, str]:
    """Return the sources that are offered, as their field shows them, each with what stands in its place to press."""
    if not is_asked(spec):
        return {example.source: example.source for example in spec.task.examples()}
    return {english: t(f"sentences.shows_{what}", sentence=english) for what, english in SHOWS.items()}


def with_language(spec: RunSpec) -> RunSpec:
    """Return a run whose source names the language that it asks for, so that equal runs have equal addresses."""
    if not is_asked(spec) or ASKS.match(spec.source):
        return spec
    return replace(spec, source=source_of(*split_source(spec.source)))
