"""Sentences about what the board shows."""

from core.analysis.attention.by_hand import reach
from pages.by_hand.choices import Hand, HandChoices
from pages.shared.text import t


def summary_of_layers(choices: HandChoices, hand: Hand) -> str:
    """Say who reaches a query through both layers who did not in one."""
    through, direct = reach(hand.first, hand.second)[choices.row], hand.first.weights[choices.row]
    best = int((through - direct).argmax())
    return t(
        "hand.summary_layers", query=choices.names[choices.row], key=choices.names[best],
        first=f"{float(direct[best]):.2f}", both=f"{float(through[best]):.2f}",
    )  # fmt: skip


def summary_of_hand(choices: HandChoices, said: str) -> str:
    """Add to what is said that it means nothing of the words, where their numbers are drawn."""
    return f"{said} {t('hand.drawn')}" if choices.is_drawn else said
