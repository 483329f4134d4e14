"""The choices of the Block page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.figures.board_events import Cell
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.url.fields import Choices, choice_field, custom_field, number_field, section_field, view_field
from pages.shared.url.params import shortened

MOST_OTHERS = 8
LONGEST = 1024
MOST_SKIPPED = 200
PART = re.compile(
    r"(encoder|decoder)\.(final_norm\.norm|\d{1,2}(\.(self_attn|cross_attn|ffn)(_add_norm\.(residual|norm))?)?)"
)


def write_parts(parts: frozenset[str]) -> str:
    """Write names of parts, as Switches know them."""
    return ",".join(sorted(parts))


def read_parts(params: Mapping[str, str], name: str, problems: list[str]) -> frozenset[str]:
    """Read names of parts; those that name no part of any model are left out, with one sentence."""
    asked = [text for text in params[name].split(",") if text][:MOST_SKIPPED]
    if wrong := [text for text in asked if not PART.fullmatch(text)]:
        problems.append(t("block.url_parts", got=shortened(wrong[0])))
    return frozenset(text for text in asked if PART.fullmatch(text))


@dataclass(frozen=True, kw_only=True)
class BlockChoices(Choices):
    """Say which of the page's views is shown, and what is looked at and changed there.

    `norm_part` is the sub-layer whose norm is taken apart; `batch_others` examples from `batch_first` on share a batch
    with the source. Lengths of 0 are those of the run that is shown.
    """

    aspect: str = view_field("stream", "norm", "skip", "cost", texts="block.aspect")
    norm_part: str = choice_field("ffn", "self_attn", "cross_attn", "final_norm", texts="block.norm")
    feature: int = number_field(1, least=1, most=4096)
    batch_others: int = number_field(3, least=0, most=MOST_OTHERS)
    batch_first: int = number_field(1, least=1, most=99)
    skip: frozenset[str] = custom_field(frozenset(), write_parts, read_parts)
    cost_source: int = number_field(0, least=0, most=LONGEST)
    cost_target: int = number_field(0, least=0, most=LONGEST)
    section: str = section_field("formula", "code", "evidence", "question")


def toggle_part(current: AppState, part: str) -> None:
    """Leave a part out, or put it back."""
    current.choose(BlockChoices, skip=current.chosen(BlockChoices).skip ^ {part})


def choose_feature(current: AppState, cell: Cell) -> None:
    """Follow the feature whose column was clicked."""
    if cell.column is not None:
        current.choose(BlockChoices, feature=cell.column + 1)
