"""Rewards: a score of the whole output has no gradient; drawn outputs, weighed by how well they did, have one."""

from pages.reinforcement_learning.choices import FIRST, READ_THE_SOURCE, RewardChoices
from pages.reinforcement_learning.controls import take_start_button
from pages.reinforcement_learning.draws import messages_of, sample_request
from pages.reinforcement_learning.evidence import training_view
from pages.reinforcement_learning.flat import flat_view
from pages.reinforcement_learning.live import live_view
from pages.reinforcement_learning.samples import samples_view
from pages.reinforcement_learning.sections import reward_sections
from pages.reinforcement_learning.step import step_view
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.widgets.controls import choice

VIEWS = {"samples": samples_view, "step": step_view, "flat": flat_view}


def rewards(current: AppState) -> list[str]:
    """Show the chosen view."""
    choices = current.chosen(RewardChoices)
    asked = sample_request(current.shown, choices) if reads else None
    if asked is not None:
        VIEWS[choices.show](current, asked)
    elif choices.show == "training":
        training_view()
    elif choices.show == "live":
        live_view(current)
    else:
        take_start_button(current)
    reward_sections(current, asked)
    return messages_of(current.shown) if reads else []


page = Page("reinforcement_learning", RewardChoices, pads=False, first=FIRST)
choice(page.current, RewardChoices, "show", label_visibility="collapsed")
reads = page.current.chosen(RewardChoices).show in READ_THE_SOURCE  # not what was measured, nor what is trained here
if reads:
    page.source_bar()
page.draw(rewards, switches=())
