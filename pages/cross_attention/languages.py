"""Five languages: one English sentence, and where one head looks while it is written in each of them."""

import math
from dataclasses import dataclass, replace

import streamlit as st
import torch
from torch import Tensor

from core.analysis.attention.monotony import CELLS, Monotony, monotony
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.runs import RunSpec, readable
from core.run.titles import title_of
from core.run.tokens import disambiguate, name_in
from core.tasks.sentence_pairs import source_of
from core.tasks.sentences import ASKED, split_source
from core.vocab import END
from pages.cross_attention.choices import Place, place_of
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_plain, t, table
from pages.shared.translation import is_asked

LANGUAGE_TOKENS = 1  # the source begins with the token of the language, which is no word of the sentence
SMALL = 110  # px, of a map of many columns, whose names then stand in what is pointed at
MOST_NAMED, THINNEST, WIDEST = 12, 4, 12  # columns with a name; px of a column


@dataclass(frozen=True, eq=False)
class Written:
    """Hold what is written in one language, and the weights with which one head looked at the source meanwhile.

    Shapes: weights [T,S], of the tokens of the output but END, and of the source without PAD
    """

    language: str
    spec: RunSpec
    output: str
    tokens: tuple[str, ...]
    weights: Tensor
    is_finished: bool

    @property
    def measured(self) -> Monotony | None:
        """Return how monotone the weights on the sentence are, without the token of the language; None of nothing."""
        rows, keys = self.weights.shape
        return monotony(self.weights, LANGUAGE_TOKENS) if rows and keys > LANGUAGE_TOKENS else None

    @property
    def even(self) -> float:
        """Return what share of even weights lies near the diagonal; NaN where nothing is measured."""
        return (
            math.nan
            if self.measured is None
            else monotony(torch.ones_like(self.weights), LANGUAGE_TOKENS).near_diagonal
        )


def written_in(language: str, place: Place) -> Written | None:
    """Write the sentence in a language; None if it cannot be read."""
    sentence = split_source(place.spec.source)[1]
    asked = replace(
        place.spec, source=source_of(language, sentence), reference="", teacher=False, forced=(), pads=0
    )  # fmt: skip
    spec, _ = readable(asked)
    if spec is None:
        return None
    trace, vocab = runs.trace(spec), models.catalogue()[spec.model].target_vocab
    written = [token for token in trace.tokens if token != END]
    return Written(
        language, spec, spec.task.target_text(vocab.decode(written)), tuple(name_in(vocab, each) for each in written),
        trace.cross_weights()[place.layer, place.head, : len(written)], END in trace.tokens,
    )  # fmt: skip


def all_written(place: Place) -> list[Written]:
    """Write the sentence in every language."""
    return [found for language in ASKED if (found := written_in(language, place)) is not None]


def languages_view(current: AppState) -> None:
    """Draw the five maps, and below them what was written with how monotone it is."""
    if not is_asked(current.shown):
        st.text(t("cross.languages_only", model=title_of(current.shown.model)))
        return
    place = place_of(current)
    st.markdown(t("cross.languages_what", layer=place.layer + 1, head=place.head + 1))
    with st.container(key="top-aligned-languages"):
        board_view(languages_board, current, key="cross-languages")
    found = all_written(place)
    columns = [t(f"cross.languages_{name}") for name in ("language", "near", "even", "rank", "output")]
    st.markdown(table(columns, [row_of_table(each) for each in found]))
    st.caption(t("cross.languages_caption", cells=CELLS))


def languages_board(current: AppState) -> Board:
    """Return the five maps; what is shown of a model of something else is nothing."""
    if not is_asked(current.shown):
        return Board([])
    found = all_written(place_of(current))
    return Board([Line([panel_of(each) for each in found])], t("cross.languages_summary"))


def panel_of(each: Written) -> Panel:
    """Return the map of one language; of long sentences, the words stand in what is pointed at."""
    columns = disambiguate(runs.source_names(each.spec))
    values = each.weights if len(each.tokens) else torch.zeros(1, len(columns))
    count, measured = len(columns), each.measured
    return Panel(
        id=f"written-{each.language}", title=t(f"target_language.{each.language}"), values=values,
        note="" if measured is None else t("cross.languages_note", rank=rank_text(measured.rank_correlation)),
        rows=disambiguate(each.tokens) or ("∅",), columns=columns, column_labels=count <= MOST_NAMED, numbers=False,
        scale="sequential", top=1.0, cell=WIDEST if count <= MOST_NAMED else max(THINNEST, SMALL // count),
        name=t("cross.languages_cell"),
    )  # fmt: skip


def row_of_table(each: Written) -> list[str]:
    """Return the numbers of a language, and its output."""
    measured = each.measured
    output = as_plain(each.output or "∅") + ("" if each.is_finished else f" {t('cross.languages_cut')}")
    if measured is None:
        return [as_plain(t(f"target_language.{each.language}")), "–", "–", "–", output]
    numbers = share_text(measured.near_diagonal), share_text(each.even), rank_text(measured.rank_correlation)
    return [as_plain(t(f"target_language.{each.language}")), *numbers, output]


def languages_formula(place: Place) -> None:
    """Write how both measures come about, with the numbers of each language."""
    if not is_asked(place.spec):
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.latex(r"e_i=\sum_j j\,\alpha_{ij}\qquad r=\mathrm{corr}\big(i,\;\mathrm{rank}(e_i)\big)")
        near = rf"\sum_i\;\sum_{{|j-j_i|\le{CELLS}}}\alpha_{{ij}}"
        st.latex(rf"\text{{{t('cross.tex_near')}}}=\frac{{{near}}}{{\sum_i\sum_j\alpha_{{ij}}}}")
    with right:
        for each in all_written(place):
            if (measured := each.measured) is not None:
                words = {"rank": rank_text(measured.rank_correlation), "near": share_text(measured.near_diagonal)}
                st.markdown(t("cross.languages_numbers", language=t(f"target_language.{each.language}"), **words))
    st.caption(t("cross.languages_formula"))


def share_text(share: float) -> str:
    """Write a share, or that there is none."""
    return "–" if math.isnan(share) else f"{share:.0%}"


def rank_text(rank: float) -> str:
    """Write a correlation, or that there is none."""
    return "–" if math.isnan(rank) else f"{rank:.2f}".replace("-", "−")
