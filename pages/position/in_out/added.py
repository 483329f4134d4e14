"""Adding the position, and concatenating it: the same query from x + p with W, and from [x ; p] with [W ; W]."""

import streamlit as st
import torch
from torch import Tensor

from core.figures.boards import Board, Line
from core.figures.panels import COLUMN, Derivation, Ref
from core.run import models
from core.run.runs import RunSpec
from pages.position.choices import PositionChoices
from pages.position.encoding import encoding_of
from pages.position.in_out.common import embeddings_of, encodings_of, strip, tokens_of
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_plain, powers, t, table
from pages.shared.widgets.controls import choice

QUERY = 320  # px, of one head's query


def added_view(current: AppState, spec: RunSpec) -> None:
    """Draw one token's query both ways, and what a projection of the position's own would cost."""
    tokens = tokens_of(spec)
    place = min(current.chosen(PositionChoices).place, len(tokens))
    embedded = embeddings_of(spec)[place - 1] * spec.config.d_model**0.5
    encoded = encodings_of(spec)[place - 1]
    added, joined = both_queries(spec, embedded, encoded)
    apart = float((added - joined).abs().max())
    equal = t("in_out.add_rounding", apart=powers(f"{apart:.1e}")) if apart else t("in_out.add_exact")
    st.markdown(t("in_out.add_claim", token=as_plain(tokens[place - 1]), equal=equal))
    most = max(2, len(tokens))
    choice(current, PositionChoices, "place", value=place, max_value=most, width=360, disabled=len(tokens) < 2)
    board_view(added_board(spec, embedded, encoded), current, key="in-out-add")
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="dense-table-add"):
        st.markdown(size_table(spec))
    with right:
        st.markdown(t("in_out.add_free", width=spec.config.d_model, cosine=f"{mean_cosine(spec):.2f}"))
        if not encoding_of(spec.model).own:
            st.caption(t("in_out.add_none"))
        elif spec.config.norm_order == "pre" and spec.config.layer_norm:
            st.caption(t("in_out.add_pre"))


def projection_of(spec: RunSpec) -> Tensor:
    """Return W, with which the first head of the first encoder layer makes queries. Shapes: → [D,d]"""
    weight = models.model(spec.model).encoder[0].self_attn.q_proj.weight
    return weight[: spec.config.d_head].detach().T


def both_queries(spec: RunSpec, embedded: Tensor, encoded: Tensor) -> tuple[Tensor, Tensor]:
    """Return (x + p) W and [x ; p] [W ; W]. Shapes: each [D] → two of [d]"""
    shared = projection_of(spec)
    return (embedded + encoded) @ shared, torch.cat((embedded, encoded)) @ torch.cat((shared, shared))


def added_board(spec: RunSpec, embedded: Tensor, encoded: Tensor) -> Board:
    """Return the two ways as strips, and the two summands of which both consist."""
    shared, (added, joined) = projection_of(spec), both_queries(spec, embedded, encoded)
    width, head = shared.shape
    made = Derivation("{$0} + {$1} = {=}", (Ref("x_w", 0, COLUMN), Ref("p_w", 0, COLUMN)))
    sizes = {"width": width, "head": head, "double": 2 * width}
    lines = [
        Line(
            [strip("x_plus_p", embedded + encoded), "→", strip("q_added", added, made, room=QUERY)],
            t("in_out.add_line_added", **sizes),
        ),
        Line(
            [strip("x_p", torch.cat((embedded, encoded))), "→", strip("q_joined", joined, made, room=QUERY)],
            t("in_out.add_line_joined", **sizes),
        ),
        Line(
            [strip("x_w", embedded @ shared, room=QUERY), "+", strip("p_w", encoded @ shared, room=QUERY)],
            t("in_out.add_line_parts"),
        ),
    ]
    return Board(lines, t("in_out.add_summary"))


def size_table(spec: RunSpec) -> str:
    """Write the shapes and the number of weights of each way, as a Markdown table."""
    width, head = projection_of(spec).shape
    rows = [
        [t("in_out.way_added"), f"1 × {width}", f"W: {width} × {head}", f"{width * head:,}"],
        [t("in_out.way_shared"), f"1 × {2 * width}", f"[W ; W]: {2 * width} × {head}", f"{width * head:,}"],
        [t("in_out.way_free"), f"1 × {2 * width}", f"[W₁ ; W₂]: {2 * width} × {head}", f"{2 * width * head:,}"],
    ]
    return table([t(f"in_out.column_{name}") for name in ("way", "vector", "projection", "weights")], rows)


def mean_cosine(spec: RunSpec) -> float:
    """Return how alike the source's embeddings and its encodings are: the mean of the cosines' sizes over all pairs."""
    embedded, encoded = embeddings_of(spec), encodings_of(spec)
    return float(torch.nn.functional.cosine_similarity(embedded[:, None], encoded[None], dim=-1).abs().mean())
