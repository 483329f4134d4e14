"""The encoding as a picture, two of its dimensions as curves, likeness by distance, and one pair turned on by k."""

from dataclasses import dataclass
from functools import lru_cache

import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from core.analysis.position import by_distance, interleaved, rotation, rotation_residual, similarity, wavelengths
from core.config import SINUSOIDS, Position
from core.figures.board_events import Cell
from core.figures.boards import Board, Line
from core.figures.panels import COLUMN, Derivation, Panel, Ref, product
from core.figures.positions import band, encoding_curves
from core.positions import sinusoidal_encoding
from core.run import models, runs
from core.run.runs import RunSpec
from core.run.titles import title_of
from pages.position.choices import PositionChoices
from pages.position.family import tokens_without_pads
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import cached_by_language, powers, t
from pages.shared.widgets.controls import choice

PICTURE = 512
LONGEST_BESIDE = 3  # letters of a token that stands beside its position
# What float32 loses in a rotation.
ROUNDING = 1e-4
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"


@dataclass(frozen=True, eq=False)
class Encoding:
    """Hold the vectors of all positions of a source, and of what kind they are; `own` is False where a model has none.

    Where the model has its sines and cosines in halves, each pair stands together here. `first` is the number that the
    formula has for the first position.

    Shapes: table [L,D]
    """

    table: Tensor
    kind: Position
    own: bool
    first: int = 0

    @property
    def formula(self) -> Position:
        """Return the kind of the sinusoids that the encoding is, or is compared with."""
        return self.kind if self.kind in SINUSOIDS else "sinusoidal"

    @property
    def text(self) -> str:
        """Return what the catalogue calls the encoding: all sinusoids by one name."""
        return "sinusoidal" if self.kind in SINUSOIDS else self.kind


@lru_cache(maxsize=32)
def encoding_of(name: str) -> Encoding:
    """Return a model's encodings of the source's positions; those of the formula if it has none."""
    model = models.model(name)
    config = model.config
    table = model.source_positions(config.max_source_len)
    if table is not None:
        shown = interleaved(table.detach(), config.position).clone()
        return Encoding(shown, config.position, own=True, first=config.first_position)
    width = config.d_model + config.d_model % 2
    return Encoding(sinusoidal_encoding(torch.arange(config.max_source_len), width).float(), "sinusoidal", own=False)


@dataclass(frozen=True)
class Chosen:
    """Hold p, i and k as they fit an encoding; p + k is a position too. Here p counts from 0, on screen from 1."""

    p: int
    pair: int
    offset: int


def chosen(choices: PositionChoices, encoding: Encoding) -> Chosen:
    """Fit what was chosen to an encoding, which may be shorter or narrower than the one it was chosen for."""
    length, width = encoding.table.shape
    p = min(choices.place, length) - 1
    return Chosen(p, min(choices.pair, width // 2 - 1), min(choices.offset, length - 1 - p))


def encoding_controls(current: AppState, encoding: Encoding) -> None:
    """Draw the choice of p, i and k."""
    length, width = encoding.table.shape
    at = chosen(current.chosen(PositionChoices), encoding)
    largest_of = {"pair": width // 2 - 1, "offset": length - 1 - at.p}
    with st.container(horizontal=True, key="position-numbers"):
        choice(current, PositionChoices, "place", value=at.p + 1, max_value=length)
        for name, largest in largest_of.items():
            most = max(1, largest)
            choice(current, PositionChoices, name, value=getattr(at, name), max_value=most, disabled=largest == 0)


def turned_by(offset: int) -> str:
    """Name the rotation by an offset."""
    return "R" + "".join(SUBSCRIPTS[int(digit)] for digit in str(offset))


def picture_line(encoding: Encoding, at: Chosen, spec: RunSpec) -> Line:
    """Show all encodings, by the tokens that stand there, and how far the rotation by k misses the one k tokens on."""
    length, width = encoding.table.shape
    tokens = runs.source_names(spec)[: tokens_without_pads(spec)]
    room = max(map(len, tokens)) <= LONGEST_BESIDE
    rows = [f"{place} {token}" if room else str(place) for place, token in enumerate(tokens, start=1)]
    rows += map(str, range(len(tokens) + 1, length + 1))
    kind = encoding.text if encoding.own else "formula"
    picture = Panel(
        id="pe", title=t(f"position.picture_{kind}"), note=t("position.picture_note", rows=length, columns=width),
        values=encoding.table, rows=rows, columns=[str(i) for i in range(width)], column_labels=False, numbers=False,
        name=t("position.cell_name"), mark=at.p, clickable=True, hint=t("position.cell_hint"),
        cell=max(2, PICTURE // width), legend=t("position.legend_values"),
    )  # fmt: skip
    missed = torch.full((length, 1), torch.nan)
    missed[: length - at.offset, 0] = rotation_residual(encoding.table, at.offset, encoding.formula).float()
    strip = Panel(
        id="miss", title=t("position.missed"), values=missed, rows=rows, row_labels=False, numbers=False, cell=16,
        help=t("position.missed_help"), name=t("position.missed_name", turn=turned_by(at.offset), row="{row}"), top=2.0,
        mark=at.p,
    )  # fmt: skip
    return Line([picture, strip])


def sum_line(encoding: Encoding, at: Chosen, spec: RunSpec) -> Line | None:
    """Show the token at p as the encoder reads it, embedding + encoding; None if there is no token."""
    tokens = tokens_without_pads(spec)
    if at.p >= tokens or not encoding.own:
        return None
    model, width = models.model(spec.model), encoding.table.shape[1]
    config = model.config
    with torch.inference_mode():
        embedded = model.source_embedding.weight[runs.source_ids(spec)[at.p]]
        embedded = interleaved(embedded[None] * (width**0.5 if config.scale_embedding else 1), encoding.kind)[0]
    scaled, read = "embedding" if config.scale_embedding else "unscaled", "sum" if config.embedding_norm else "input"
    vectors = {"e": embedded, f"PE[{at.p + 1}]": encoding.table[at.p], "x": embedded + encoding.table[at.p]}
    named = tuple(vectors)
    made = Derivation("{$0} + {$1} = {=}", (Ref(named[0], 0, COLUMN), Ref(named[1], 0, COLUMN)))
    strips = [
        Panel(
            id=name,
            title=t(f"position.sum_{place}"),
            values=values[None],
            rows=(name,),
            numbers=False,
            columns=[str(i) for i in range(width)],
            column_labels=False,
            captioned=False,
            aligned=True,
            name=t("position.sum_name"),
            cell=max(2, PICTURE // width),
            made=made if name == "x" else None,
        )
        for place, (name, values) in zip((scaled, "encoding", read), vectors.items(), strict=True)
    ]
    token = runs.source_names(spec)[at.p]
    return Line([strips], t("position.sum_title", token=token, place=at.p + 1))


def rotation_line(encoding: Encoding, at: Chosen) -> Line:
    """Show one pair of dimensions at p, turned by the rotation of k, beside what stands at p + k."""
    first, turn = 2 * at.pair, turned_by(at.offset)
    rows = [str(first), str(first + 1)]
    block = rotation(at.offset, encoding.table.shape[1], encoding.formula)[first : first + 2, first : first + 2].float()
    before = encoding.table[at.p, first : first + 2, None]
    after = encoding.table[at.p + at.offset, first : first + 2, None]
    turned = block @ before

    def vector(name: str, title: str, values: Tensor, made: Derivation | None = None) -> Panel:
        return Panel(id=name, title=title, values=values, rows=rows, row_labels=False, made=made, digits=3)

    place, beyond = f"PE[{at.p + 1}]", f"PE[{at.p + at.offset + 1}]"
    sign = "=" if torch.allclose(turned, after, atol=ROUNDING) else "≠"
    return Line(
        [
            Panel(id="turn", title=turn, values=block, rows=rows, columns=rows, digits=3), "×",
            vector("before", place, before), "=",
            vector("turned", f"{turn} {place}", turned, product("turn", "before")), f" {sign} ",
            vector("after", beyond, after),
        ],
        t("position.rotation_title", pair=at.pair, one=rows[0], two=rows[1], before=place, turn=turn, after=beyond),
    )  # fmt: skip


def rotation_summary(encoding: Encoding, at: Chosen) -> str:
    """Say how far R_k PE[p] is from PE[p+k] over all p and all dimensions."""
    missed = rotation_residual(encoding.table, at.offset, encoding.formula)
    least, mean, most = (powers(f"{float(number):.2g}") for number in (missed.min(), missed.mean(), missed.max()))
    key = "position.rotates" if float(missed.max()) < ROUNDING else "position.rotates_not"
    return t(key, turn=turned_by(at.offset), k=at.offset, mean=mean, most=most, least=least, count=len(missed))


def encoding_view(current: AppState, spec: RunSpec) -> None:
    """Draw the encoding of the loaded model, and what its rows and columns have to do with each other."""
    encoding = encoding_of(spec.model)
    encoding_controls(current, encoding)
    at = chosen(current.chosen(PositionChoices), encoding)
    if not encoding.own:
        st.text(t("position.has_none", model=title_of(spec.model)))

    def look(cell: Cell) -> None:
        if cell.column is not None:
            current.choose(PositionChoices, place=cell.row + 1, pair=cell.column // 2)
        else:
            current.choose(PositionChoices, place=cell.row + 1)

    left, right = st.columns([2, 1], gap="medium")
    with left:
        lines = [picture_line(encoding, at, spec), rotation_line(encoding, at)]
        board = Board(lines, rotation_summary(encoding, at))
        with st.container(key="position-picture"):
            board_view(board, current, key="position-encoding", on_click=look)
        if (line := sum_line(encoding, at, spec)) is not None:
            board_view(Board([line]), current, key="position-sum")
    with right:
        curves(encoding, at)
        likeness(encoding)


def curves(encoding: Encoding, at: Chosen) -> None:
    """Draw the two dimensions of the chosen pair over all positions."""
    first, width = 2 * at.pair, encoding.table.shape[1]
    wavelength = float(wavelengths(width, encoding.formula)[at.pair])
    st.markdown(t(f"position.curves_{encoding.text}", one=first, two=first + 1, wavelength=f"{wavelength:,.1f}"))
    named = {t("position.dimension", i=i): encoding.table[:, i].tolist() for i in (first, first + 1)}
    marked = sorted({at.p + 1, at.p + at.offset + 1})
    st.plotly_chart(encoding_curves(named, marked, t("position.axis_position")), config={"displayModeBar": False})


def likeness(encoding: Encoding) -> None:
    """Draw how alike two positions are by how far apart they stand."""
    st.markdown(t(f"position.likeness_{encoding.text}"))
    st.plotly_chart(likeness_figure(encoding), config={"displayModeBar": False})


@cached_by_language(maxsize=32)
def likeness_figure(encoding: Encoding) -> go.Figure:
    """Return the mean cosine by distance, with its lowest and highest; it is kept, since no choice changes it."""
    found = by_distance(similarity(encoding.table).cosine)
    titles = t("position.axis_distance"), t("position.axis_cosine")
    return band(found.mean.tolist(), found.lowest.tolist(), found.highest.tolist(), titles)
