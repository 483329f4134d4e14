"""Sampling: its controls, and how often each output was drawn beside how often it had to be."""

import math

import streamlit as st

from core.decoding import Drawn
from core.run import models
from core.run.runs import RunSpec
from core.vocab import END
from pages.search.choices import SearchChoices
from pages.search.results import answers_of
from pages.search.sample_table import ROWS, Row, sample_table
from pages.search.samples import most_draws, samples
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice


def sampling_controls(current: AppState, most: int) -> None:
    """Draw the filters, the number of samples, of which there are at most so many, and the seed."""
    bounds = {"draws": {"value": min(current.chosen(SearchChoices).draws, most), "max_value": most}}
    names = "temperature", "top_k", "top_p", "draws", "seed"
    for name, place in zip(names, st.columns([4, 3, 3, 3, 3], gap="xsmall"), strict=True):
        with place:
            choice(current, SearchChoices, name, **bounds.get(name, {}))


def sampling(spec: RunSpec, current: AppState) -> None:
    """Draw the samples as chosen: a bar for each of the outputs that came most often."""
    choices, most = current.chosen(SearchChoices), most_draws(spec)
    sampling_controls(current, most)
    count = min(choices.draws, most)
    drawn, answers = samples(spec, choices), answers_of(spec)
    texts = [text_of(spec, each) for each in drawn]
    right = [each.tokens[-1] == END and text in answers for each, text in zip(drawn, texts, strict=True)]
    rows = [
        Row(text, each.count / count, math.exp(each.drawn_log_prob), is_right)
        for text, each, is_right in zip(texts, drawn, right, strict=True)
    ]
    shown = rows[:ROWS]
    st.html(sample_table(shown, (t("search.drawn", count=count), t("search.exact_probability"))))
    hits = sum(row.drawn for row in rows if row.right)
    st.caption(
        t("search.samples" if answers else "search.samples_unjudged", outputs=len(drawn), shown=len(shown),
          share=f"{sum(row.drawn for row in shown):.1%}", right=f"{hits:.1%}")
    )  # fmt: skip


def text_of(spec: RunSpec, drawn: Drawn) -> str:
    """Return what was drawn as text."""
    return spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(drawn.tokens))
