"""The choices of "Position": a view, a cell of the encoding, an order of the source's tokens, a shift."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.url.fields import (
    Choices,
    choice_field,
    custom_field,
    decimal_field,
    number_field,
    section_field,
    view_field,
)
from pages.shared.url.params import shortened, whole_number

SHOWS = ("encoding", "shuffle", "models", "beyond", "in_out")
PARTS = ("scale", "tied", "add", "order", "softmax")
SIDES = ("source", "both")
LARGEST, LARGEST_SHIFT, LARGEST_SEED, LARGEST_SYMBOL = 255, 64, 9999, 99_999
MOST_SWAPS = 32
FORMER_PLACE = "p"

Swap = tuple[int, int]


def write_swaps(swaps: tuple[Swap, ...]) -> str:
    """Write swaps as place-place, counted from 1."""
    return ",".join(f"{one + 1}-{other + 1}" for one, other in swaps)


def read_swaps(params: Mapping[str, str], name: str, problems: list[str]) -> tuple[Swap, ...]:
    """Read swaps; those that cannot be read are left out, with one sentence."""
    found: list[Swap] = []
    wrong: list[str] = []
    for text in [text for text in params[name].split(",") if text][:MOST_SWAPS]:
        places = text.split("-")
        fits = len(places) == 2 and all(place.isascii() and place.isdigit() and len(place) < 4 for place in places)
        if fits and 0 not in (pair := tuple(map(int, places))):
            found.append((pair[0] - 1, pair[1] - 1))
        else:
            wrong.append(text)
    if wrong:
        problems.append(t("position.url_swaps", got=shortened(wrong[0])))
    return tuple(found)


def read_place(params: Mapping[str, str], name: str, problems: list[str]) -> int | None:
    """Read which position is looked at, counted from 1; older links, which call it p, count from 0."""
    first = 0 if name == FORMER_PLACE else 1
    number = whole_number(params, name, first, LARGEST + first, problems)
    return None if number is None else number - first + 1


@dataclass(frozen=True, kw_only=True)
class PositionChoices(Choices):
    """Say which view is shown and what in it.

    `place` is p, counted from 1 as positions are everywhere, `pair` is i and `offset` is k of the formulas. An
    `order` of 0 is the source's own, others are seeds; `swaps` come after it, and `picked` is the place of the token to
    swap next, 0 for none. A `symbol` of 0 is the predicted token, others are ids of the target, counted from 1.
    """

    show: str = view_field(*SHOWS, texts="position.show", control="position_show")
    place: int = custom_field(
        4, str, read_place, bounds=(1, LARGEST + 1), widget="slider", control="p", formerly=FORMER_PLACE
    )
    pair: int = number_field(5, least=0, most=LARGEST)
    offset: int = number_field(4, least=0, most=LARGEST)
    order: int = number_field(1, least=0, most=LARGEST_SEED)
    swaps: tuple[Swap, ...] = custom_field((), write_swaps, read_swaps)
    picked: int = number_field(0, least=0, most=LARGEST)
    shift: int = number_field(2, least=0, most=LARGEST_SHIFT)
    side: str = choice_field(*SIDES, texts="position.side")
    part: str = view_field(*PARTS, texts="in_out.part", control="in_out_part")
    symbol: int = number_field(0, least=0, most=LARGEST_SYMBOL, widget="selectbox")
    temperature: float = decimal_field(1.0, least=0.1, most=5.0, step=0.1, format="%.1f", control="in_out_temperature")
    section: str = section_field("formula", "code", "evidence", "question")

    def ordered(self, length: int) -> list[int]:
        """Return the old place of each token in the new order; swaps of places that are not there change nothing."""
        places = list(range(length))
        if self.order:
            places = torch.randperm(length, generator=torch.Generator().manual_seed(self.order)).tolist()
        for one, other in self.swaps:
            if max(one, other) < length:
                places[one], places[other] = places[other], places[one]
        return places


def another_order(current: AppState) -> None:
    """Take the order of the next seed, without swaps."""
    order = current.chosen(PositionChoices).order % LARGEST_SEED + 1
    current.choose(PositionChoices, order=order, swaps=(), picked=0)


def own_order(current: AppState) -> None:
    """Go back to the order that was typed."""
    current.choose(PositionChoices, order=0, swaps=(), picked=0)


def pick(current: AppState, place: int) -> None:
    """Pick a token, or swap it with the one that was picked before; the same one twice lets it go."""
    choices = current.chosen(PositionChoices)
    before = choices.picked - 1
    if before < 0:
        current.choose(PositionChoices, picked=place + 1)
    elif before == place:
        current.choose(PositionChoices, picked=0)
    else:
        current.choose(PositionChoices, swaps=(*choices.swaps, (before, place))[-MOST_SWAPS:], picked=0)
