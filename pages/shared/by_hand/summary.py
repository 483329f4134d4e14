"""One sentence about what the board shows."""

from core.analysis.by_hand import reach
from pages.shared.by_hand.choices import Hand, HandChoices
from pages.shared.by_hand.lines import Walk
from pages.shared.text import t

MOSTLY = 0.5


def summary(walk: Walk) -> str:
    """Say to whom a query attends most."""
    weights = walk.found.weights[walk.row]
    best = int(weights.argmax())
    if float(weights[best]) == 0:
        return t("hand.summary_none", query=walk.query_name)
    mostly = float(weights[best]) > MOSTLY and walk.method.normalizer != "sigmoid"
    key = "hand.summary_one" if mostly else "hand.summary_even"
    weight = f"{100 * float(weights[best]):.0f} %" if mostly else f"{float(weights[best]):.2f}"
    return t(key, query=walk.query_name, weight=weight, key=walk.names[best])


def summary_of_layers(choices: HandChoices, hand: Hand) -> str:
    """Say who reaches a query through both layers who did not in one."""
    through, direct = reach(hand.first, hand.second)[choices.row], hand.first.weights[choices.row]
    best = int((through - direct).argmax())
    return t(
        "hand.summary_layers", query=choices.names[choices.row], key=choices.names[best],
        first=f"{float(direct[best]):.2f}", both=f"{float(through[best]):.2f}",
    )  # fmt: skip
