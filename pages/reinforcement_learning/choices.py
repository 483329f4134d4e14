"""The choices of "Reinforcement learning": a view, the reward and its baseline, the draws, the step, a weight."""

from dataclasses import dataclass

from pages.shared.first import First
from pages.shared.url.fields import (
    Choices,
    choice_field,
    decimal_field,
    number_field,
    section_field,
    text_field,
    view_field,
)

SHOWS = ("samples", "step", "flat", "training", "live")
READ_THE_SOURCE = SHOWS[:3]
FURTHEST = 6.0
WAYS = ("edit", "control")
START = "rewarded-start"
FIRST = First(model=START, source="imagination")  # a word that the model is not sure of: a sure one shows no advantages


@dataclass(frozen=True, kw_only=True)
class RewardChoices(Choices):
    """Say which view is shown; `token` is the one whose bias is moved (none: one that matters), by `shift`."""

    controls = "rewards_"

    show: str = view_field(*SHOWS, texts="reinforcement_learning.show")
    reward: str = choice_field("edit", "exact", texts="reinforcement_learning.reward")
    baseline: str = choice_field("greedy", "none", texts="reinforcement_learning.baseline")
    draws: int = number_field(16, least=2, most=32)
    seed: int = number_field(1, least=0, most=999, widget="number_input")
    rate: str = choice_field("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", default="0.03", widget="select_slider")
    token: str = text_field("", longest=24, widget="selectbox")
    shift: float = decimal_field(0.0, least=-FURTHEST, most=FURTHEST, format="%+.1f")
    section: str = section_field("formula", "code", "measured", "question")
