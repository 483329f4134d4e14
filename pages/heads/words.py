"""The numbers of the page in words."""

import math
from typing import Any

from core.evaluation.ablation import Ablation, AblationTable
from pages.heads.choices import Head
from pages.heads.effect import Effect
from pages.heads.report import HeadReport
from pages.shared.text import listed, minus, t

MOST_NAMED = 3
SHARES = ("diagonal", "previous", "next", "first", "last")


def number_text(name: str, value: float) -> str:
    """Write one number of a head with its unit."""
    if math.isnan(value):
        return "–"
    if name in SHARES:
        return f"{100 * value:.0f} %"
    if name == "change":
        digits = 1 if abs(value) >= 0.001 else 2
        return "0" if value == 0 else minus(f"{100 * value:+.{digits}f}")
    return f"{value:.2f}"


def share_text(share: float) -> str:
    """Write a probability as a percentage that never looks certain when it is not."""
    if share >= 0.995:
        return "100" if share >= 0.99995 else ">99"
    return f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.1f}" if share >= 0.0005 else "<0.1"


def statistics(found: HeadReport, layer: int, head: int, chosen: tuple[int, int], sort: str) -> list[dict[str, Any]]:
    """Return the numbers of a head as they stand below its map."""
    values = {name: found.number(name, layer, head) for name in found.numbers}
    if found.agreement.shape[0] > 1:
        values["divergence"] = found.divergence(chosen, (layer, head))
    return [
        {
            "label": t(f"stat.{name}"),
            "value": number_text(name, value),
            "help": t(f"stat_help.{name}"),
            "sorted": name == sort,
        }
        for name, value in values.items()
    ]


def cost_sentence(evidence: AblationTable, found: Ablation) -> str:
    """Say what the test set loses without one head."""
    return t(
        "heads.measured_alone", before=f"{evidence.results[0].exact_match:.2%}", after=f"{found.exact_match:.2%}",
        examples=f"{evidence.examples:,}", lost=found.lost, gained=found.gained,
    )  # fmt: skip


def named(head: Head) -> str:
    """Name a head in few words: Cross 2.1."""
    return t("heads.named", name=t(f"heads.group_{head.attention}"), layer=head.layer + 1, head=head.head + 1)


def effect_sentence(effect: Effect, silenced: tuple[Head, ...]) -> str:
    """Say in a sentence what silencing did to the output."""
    if not silenced:
        return t("heads.nothing_silenced")
    names = listed(named(head) for head in silenced[:MOST_NAMED])
    if len(silenced) > MOST_NAMED:
        names = t("heads.and_more", names=names, more=len(silenced) - MOST_NAMED)
    key = "heads.same_output" if effect.text_before == effect.text_after else "heads.other_output"
    return t(key, names=names, before=effect.text_before, after=effect.text_after or "∅")
