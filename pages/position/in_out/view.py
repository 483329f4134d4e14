"""In and out: how a token becomes a vector with a position, and how the last vector becomes a token."""

from collections.abc import Callable

from core.run.runs import RunSpec
from pages.position.choices import PositionChoices
from pages.position.in_out.added import added_view
from pages.position.in_out.order import order_view
from pages.position.in_out.scale import scale_view
from pages.position.in_out.softmax import softmax_view
from pages.position.in_out.tied import tied_view
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice

VIEWS: dict[str, Callable[[AppState, RunSpec], None]] = {
    "scale": scale_view, "tied": tied_view, "add": added_view, "order": order_view, "softmax": softmax_view,
}  # fmt: skip


def in_out_view(current: AppState, spec: RunSpec) -> None:
    """Draw the chosen part."""
    choice(current, PositionChoices, "part", label_visibility="collapsed")
    VIEWS[current.chosen(PositionChoices).part](current, spec)
