"""Sentences about what the board shows."""

from core.analysis.attention.by_hand import reach
from pages.self_attention.choices import Hand, HandChoices
from pages.shared.text import sentences, t


def summary_of_layers(choices: HandChoices, hand: Hand) -> str:
    """Say who reaches a query through both layers who did not in one."""
    through, direct = reach(hand.first, hand.second)[choices.row], hand.first.weights[choices.row]
    best = int((through - direct).argmax())
    return t(
        "hand.summary_layers", query=choices.names[choices.row], key=choices.names[best],
        first=share(choices, float(direct[best])), both=share(choices, float(through[best])),
    )  # fmt: skip


def share(choices: HandChoices, weight: float) -> str:
    """Write a weight in percent, or as a number where the weights of a row need not sum to 1."""
    return f"{weight:.2f}" if choices.normalizer == "sigmoid" else f"{100 * weight:.0f} %"


def summary_of_hand(choices: HandChoices, said: str) -> str:
    """Add to what is said that it means nothing of the words, where their numbers are drawn."""
    return sentences(said, t("hand.drawn") if choices.is_drawn else "")
