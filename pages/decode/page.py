"""Decode: a source is read, a target is written token by token, and every head is seen at it."""

from core.run.payload import run_id, run_payload
from core.run.view import View
from pages.decode.branches import branches
from pages.decode.choices import DecodeChoices
from pages.decode.sections import decode_sections
from pages.shared.browser.components import decode_view, follow_view
from pages.shared.first import First
from pages.shared.messages import say_second_reading
from pages.shared.page import Page
from pages.shared.state import AppState


def decode(current: AppState) -> list[str]:
    """Show the run, and A beside it; say which other output is nearly as probable."""
    pinned = None if current.pinned is None else run_payload(current.pinned)
    decode_view(run_payload(current.shown), pinned, current)
    notices = say_second_reading(current.shown)
    branches(current)
    page.fragment(look)
    return notices


def look(current: AppState) -> None:
    """Follow what the visitor looks at: choices in the sidebar, and what can be read below the view."""
    follow_view(run_id(current.shown), current)
    decode_sections(current)
    page.layer_and_head()


page = Page("decode", DecodeChoices, pins=True, first=First(view=View(step=0, layer=1)))
page.source_bar()
page.draw(decode, prefetch=lambda current: run_payload(current.shown))
