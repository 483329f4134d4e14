"""Four answers to which source token made which target token, side by side, and how often they agree."""

import streamlit as st
import torch

from core.analysis.attention.alignment import METHODS, NO_LINK, Alignments, agreement
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run.rows import Rows, rows_of
from pages.cross_attention.choices import Place, alignments_of, place_of
from pages.cross_attention.controls import step_control
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import powers, t

SIGNED = "products"


def alignment_view(current: AppState) -> Alignments:
    """Draw the four maps, each row's largest cell framed, and the table of their agreement."""
    place = place_of(current)
    step_control(current, place)
    found = alignments_of(place)
    board_view(alignment_board, current, key="cross-alignment", on_click=lambda cell: current.look(step=cell.row + 1))
    st.caption(gradient_sentence(place, found))
    return found


def alignment_board(current: AppState) -> Board:
    """Return the four maps and the table of their agreement."""
    place = place_of(current)
    found, rows = alignments_of(place), rows_of(place.spec, place.trace, "cross")
    line = Line([*(map_panel(name, found, rows, place) for name in METHODS), agreement_panel(found)])
    return Board([line], summary(found, rows, place), "cross_step")


def map_panel(name: str, found: Alignments, rows: Rows, place: Place) -> Panel:
    """Return the map of one method; gradients differ by orders of magnitude between rows, so each fills its own."""
    values = found.maps[name]
    if name == SIGNED:
        largest = values.abs().amax(-1, keepdim=True)
        values = values / largest.masked_fill(largest == 0, 1)
    links = [(row, link) for row, link in enumerate(found.links[name].tolist()) if link != NO_LINK]
    return Panel(
        id=name, title=t(f"cross.method_{name}", layer=place.layer + 1, head=place.head + 1),
        help=t(f"cross.explain_{name}", layer=place.layer + 1, head=place.head + 1), values=values, mask=rows.cells,
        rows=rows.queries, columns=rows.keys, row_labels=name == METHODS[0], numbers=False, cell=13,
        scale="diverging" if name == SIGNED else "sequential", top=1.0, mark=place.row, marks=links, clickable=True,
        name=t(f"cross.cell_{name}"),
    )  # fmt: skip


def agreement_panel(found: Alignments) -> Panel:
    """Return in what share of the rows two methods name the same source token."""
    names = [t(f"cross.short_{name}") for name in METHODS]
    return Panel(
        id="agreement", title=t("cross.agreement"), help=t("cross.explain_agreement"),
        values=agreement(list(found.links.values())).to(torch.float32), rows=names, columns=names, scale="sequential",
        top=1.0, name=t("cross.cell_agreement"),
    )  # fmt: skip


def summary(found: Alignments, rows: Rows, place: Place) -> str:
    """Say to which source token each method links the chosen row."""
    links = {name: int(each[place.row]) for name, each in found.links.items()}
    keys = {name: t("cross.nobody") if link == NO_LINK else rows.keys[link] for name, link in links.items()}
    alike = len(set(links.values())) == 1
    return t("cross.summary_same" if alike else "cross.summary_differ", row=rows.queries[place.row], **keys)


def gradient_sentence(place: Place, found: Alignments) -> str:
    """Say how large gradient × attention is in the chosen row, which its map cannot show."""
    largest = float(found.products[place.row].abs().max())
    probability = place.trace.steps[place.row].log_probs.max().exp()
    return t("cross.gradient_size", largest=powers(f"{largest:.2g}"), probability=probability_text(float(probability)))


def probability_text(probability: float) -> str:
    """Write a probability with as many digits as tell it from certainty."""
    return f"{100 * probability:.3g} %" if probability < 0.99 else f"{100 * probability:.6g} %"
