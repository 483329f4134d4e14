"""One input becomes query, key and value of each head; what the heads make of it is joined, and multiplied by W^O."""

import streamlit as st
import torch
from torch import Tensor

from core.analysis.attention.row import attention_row
from core.analysis.block.residual_stream import stream_of
from core.config import ModelConfig
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.rows import row_of
from core.run.runs import RunSpec
from core.run.view import View
from core.switches import site_of
from pages.heads.report import HeadReport
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import t

WIDE, NARROW = 3, 9  # pixels a cell
SCORE_SHAPES = {"scaled_dot": r"\frac{Q^hK^{h\top}}{\sqrt d}", "dot": r"Q^hK^{h\top}"}


def joined(current: AppState, found: HeadReport, view: View) -> None:
    """Draw the row that is looked at in all heads of its layer, and the shapes of the matrices."""
    spec = current.shown
    row = row_of(view, len(found.rows.queries))
    board_view(joined_board(spec, found, view, row), current, key="joined")
    st.latex(shapes(models.catalogue()[spec.model].config, len(found.rows.queries), len(found.rows.keys)))


def joined_board(spec: RunSpec, found: HeadReport, view: View, row: int) -> Board:
    """Return the board of one row: its input, a line a head, and the heads joined."""
    model, trace = models.model(spec.model), runs.trace(spec)
    name, heads = found.rows.queries[row], model.config.num_heads
    parts = [attention_row(model, trace, view.attention, view.layer, head, row) for head in range(heads)]
    other = int(parts[view.head].weights.argmax()) if view.attention == "cross" else row
    keys = found.rows.keys[: len(parts[0].weights)]
    site, side = site_of(view.attention, view.layer), "encoder" if view.attention == "encoder" else "decoder"
    step = next(each for each in stream_of(model, trace, side) if each.part == site)
    read = step.normed if step.norm_order == "pre" and step.normed is not None else step.input

    def strip(title: str, values: Tensor, **options: object) -> Panel:
        return Panel(
            id=title, title=title, values=values[None], rows=[name], row_labels=False, numbers=False,
            **({"cell": WIDE, "name": t("heads.joined_cell", title=title)} | options),
        )  # fmt: skip

    lines = [Line([strip("x", read[row])], t("heads.joined_input", token=name))]
    for head, part in enumerate(parts, start=1):
        weights = strip(
            f"α{head}", part.weights, columns=keys, column_labels=False, cell=NARROW, name=t("heads.joined_weight"),
            top=1.0, scale="sequential",
        )  # fmt: skip
        vectors = {"q": part.query, "k": part.key[other], "v": part.value[other]}
        made = [strip(f"{letter}{head}", vector) for letter, vector in vectors.items()]
        title = t("heads.joined_head", head=head, key=found.rows.keys[other])
        lines.append(Line([*made, "→", weights, "→", strip(f"o{head}", part.output)], title))
    whole = torch.cat([part.output for part in parts])
    with torch.inference_mode():
        output = model.get_submodule(site).out_proj(whole)
    heads_joined = strip(f"[o1 … o{heads}]" if heads > 1 else "[o1]", whole)
    lines.append(Line([heads_joined, "× Wᴼ →", strip(t("heads.joined_result"), output)], t("heads.joined_all")))
    return Board(lines, t("heads.joined_summary", key=found.rows.keys[other]))


def shapes(config: ModelConfig, queries: int, keys: int) -> str:
    """Write the matrices of all heads with the sizes that they have in this run."""
    width, head = config.d_model, config.d_head

    def sized(name: str, rows: int, columns: int) -> str:
        return rf"\underset{{{rows}\times{columns}}}{{{name}}}"

    score = SCORE_SHAPES.get(config.score, r"e(Q^h,K^h)")
    normaliser = r"\mathrm{softmax}" if config.normalizer == "softmax" else r"\mathrm{norm}"
    return (
        rf"{sized('Q^h', queries, head)}={sized('X', queries, width)}\,{sized('W^Q_h', width, head)},\quad "
        rf"{sized('A^h', queries, keys)}={normaliser}\left({score}\right),\quad "
        rf"{sized('O^h', queries, head)}=A^h\,{sized('V^h', keys, head)},\quad "
        rf"{sized('O', queries, width)}=[O^1\dots O^{{{config.num_heads}}}]\,{sized('W^O', width, width)}"
    )
