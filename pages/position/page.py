"""Position: what tells an encoder where a token stands, what happens without, and how tokens come in and go out."""

from core.run.runs import SWITCHES
from pages.position.beyond import beyond_view
from pages.position.choices import PositionChoices
from pages.position.compared import models_view
from pages.position.encoding import encoding_view
from pages.position.in_out.view import in_out_view
from pages.position.sections import position_sections
from pages.position.shuffle import shuffle_view
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice


def position(current: AppState) -> None:
    """Show the chosen view."""
    spec, moved = current.shown, []
    if show == "encoding":
        encoding_view(current, spec)
    elif show == "shuffle":
        moved = shuffle_view(current, spec)
    elif show == "models":
        models_view(spec)
    elif show == "in_out":
        in_out_view(current, spec)
    else:
        beyond_view(current, spec)
    position_sections(current, spec, moved)


page = Page("position", PositionChoices)
show = page.current.chosen(PositionChoices).show
choice(page.current, PositionChoices, "show", label_visibility="collapsed")
page.source_bar()
page.draw(position, switches=() if show == "encoding" else SWITCHES)  # the encoding itself is no run
