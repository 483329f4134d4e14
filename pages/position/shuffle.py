"""The source's tokens in another order: how far each one's outputs move in the encoder, and what is then written."""

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
import torch
from torch import Tensor

from core.analysis.position import permutation_residual
from core.figures.board_events import Cell
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import disambiguate
from core.switches import Switches
from pages.position.choices import PositionChoices, another_order, own_order, pick
from pages.position.family import Written, family, name_in_catalogue, tokens_without_pads, write_in_order
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import pressed

NOTHING = 1e-4
# More columns than this have no room for numbers, nor for a token and its place.
MOST_NUMBERS, WIDEST = 20, 840


@dataclass(frozen=True)
class Case:
    """Name one model under switches, of those that read both orders."""

    title: str
    spec: RunSpec
    switches: Switches


@dataclass(frozen=True, eq=False)
class Shuffle:
    """Hold what another order does: how far outputs moved, by layers and new places, and what is written for both.

    Shapes: moved [L,S]
    """

    case: Case
    moved: Tensor
    before: Written
    after: Written


def cases_of(spec: RunSpec) -> list[Case]:
    """List the model as it is, with positions switched off, and its sibling that was trained without, or with, them."""
    mine = models.catalogue()[spec.model]
    kind, alike = mine.config.position, family(spec.model)
    on = kind != "none" and spec.position
    state = "run" if on or kind == "none" else "off"
    found = [Case(t(f"position.case_{state}", model=title_of(spec.model)), spec, spec.switches)]
    if on:
        off = replace(spec.switches, position="off")
        found.append(Case(t("position.case_off", model=title_of(spec.model)), spec, off))
    other = alike.get("none" if kind != "none" else "sinusoidal")
    if other is not None:
        sibling = replace(spec, model=name_in_catalogue(other), position=True)
        found.append(Case(t("position.case_run", model=title_of(sibling.model)), sibling, sibling.switches))
    return found


@kept
def moved_by(spec: RunSpec, switches: Switches, order: tuple[int, ...]) -> Tensor:
    """Measure how far each token's outputs move when the tokens change places, PAD keeping theirs.

    Shapes: → [L,S], by new places, without PAD
    Raises: Unreadable if the source cannot be run.
    """
    ids = runs.source_ids(spec)
    places = torch.tensor([*order, *range(len(order), len(ids))])
    found = permutation_residual(models.model(spec.model), torch.tensor(ids), places, switches)
    return found[:, places[: len(order)]]


def shuffle(case: Case, order: list[int]) -> Shuffle:
    """Run one case on both orders.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    before, after = (write_in_order(case.spec, case.switches, places) for places in (None, order))
    assert before is not None and after is not None, "nothing is shifted here, so no table of positions ends"
    return Shuffle(case, moved_by(replace(case.spec, reference=""), case.switches, tuple(order)), before, after)


def names_of(spec: RunSpec, order: list[int]) -> list[str]:
    """Return the tokens in their new order as they look on screen, those that occur twice with their old place."""
    tokens = runs.source_names(spec)[: len(order)]
    named = disambiguate(tokens) if len(tokens) <= MOST_NUMBERS else tokens
    return [named[place] for place in order]


def line_of(found: Shuffle, number: int, names: list[str]) -> Line:
    """Show one case: what it writes for both orders, and under each token how far its outputs moved."""
    same = found.before == found.after
    key = "position.line_same" if same else "position.line_differs"
    before, after = (text or t("position.nothing_written") for text in (found.before.text, found.after.text))
    layers = [t("position.layer", n=n + 1) for n in range(len(found.moved))]
    panel = Panel(
        id=f"moved{number}", title="", values=found.moved, rows=layers, columns=names, name=t("position.moved_name"),
        scale="sequential", clickable=True, hint=t("position.moved_hint"), legend=t("position.legend_moved"),
        numbers=len(names) <= MOST_NUMBERS, cell=WIDEST // len(names),
    )  # fmt: skip
    mean = float(found.moved[-1].mean())
    moved = t("position.none_moves") if mean < NOTHING else t("position.outputs_move", mean=f"{mean:.2f}")
    return Line([panel], t(key, case=found.case.title, moved=moved, before=before, after=after))


def shuffle_sentence(spec: RunSpec, found: list[Shuffle], choices: PositionChoices, names: list[str]) -> str:
    """Say who knows of the new order, or which token is picked."""
    if 0 < choices.picked <= len(names):
        return t("position.picked", token=names[choices.picked - 1], place=choices.picked)
    last = found[0].moved[-1]
    if float(last.max()) < NOTHING:
        return t("position.nothing_moved", model=title_of(spec.model))
    most, mean = f"{float(last.max()):.2f}", f"{float(last.mean()):.2f}"
    return t("position.most_moved", token=names[int(last.argmax())], most=most, mean=mean)


def shuffle_cases(spec: RunSpec, choices: PositionChoices) -> tuple[list[Shuffle], list[str]]:
    """Run every case on both orders; return what was found, the loaded model first, and the tokens in new order."""
    order = choices.ordered(tokens_without_pads(spec))
    return [shuffle(case, order) for case in cases_of(spec)], names_of(spec, order)


def shuffle_board(current: AppState) -> Board:
    """Return what each case writes for both orders, and how far its outputs moved."""
    spec, choices = current.shown, current.chosen(PositionChoices)
    found, names = shuffle_cases(spec, choices)
    lines = [line_of(each, number, names) for number, each in enumerate(found)]
    return Board(lines, shuffle_sentence(spec, found, choices, names))


def order_controls(current: AppState, names: list[str]) -> None:
    """Draw the new order and the buttons that change it."""
    choices = current.chosen(PositionChoices)
    with st.container(horizontal=True, vertical_alignment="center", key="position-order"):
        for name, act in (("another_order", another_order), ("own_order", own_order)):
            useless = name == "own_order" and not choices.order and not choices.swaps
            pressed(name, partial(act, current), disabled=useless)
        st.text(t("position.reads", order=" ".join(names)))


def shuffle_view(current: AppState, spec: RunSpec) -> list[Shuffle]:
    """Draw what another order of the source's tokens changes; return what was found, the loaded model first."""
    found, names = shuffle_cases(spec, current.chosen(PositionChoices))
    order_controls(current, names)

    def click(cell: Cell) -> None:
        if cell.column is not None:
            pick(current, cell.column)

    board_view(shuffle_board, current, key="position-shuffle", on_click=click)
    return found
