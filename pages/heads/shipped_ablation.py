"""The cost of silencing each head alone on the test set, as a command measured it for these very weights."""

from dataclasses import dataclass

from core.evaluation.ablation import Ablation, read_ablations
from core.run import models
from core.switches import AttentionKind, site_of
from pages.heads.choices import Head, all_heads

COMMAND = "python -m core.experiments.ablation {model} --examples {examples}"
ENOUGH = 2000


@dataclass(frozen=True)
class Layer:
    """Compare the heads of one attention, silenced one at a time, with the attention left out; from −1 to 1."""

    attention: AttentionKind
    layer: int
    added_up: float
    at_once: float


def layers(name: str) -> list[Layer]:
    """Return what the heads of each attention cost one at a time, added up, and all at once; nothing if unmeasured."""
    evidence, heads = read_ablations(name), ablation_by_head(name)
    if evidence is None:
        return []
    whole = {result.part.name: result.change for result in evidence.results if result.part.kind == "attention"}
    places = dict.fromkeys((head.attention, head.layer) for head in heads)
    return [
        Layer(
            *place,
            added_up=sum(result.change for head, result in heads.items() if (head.attention, head.layer) == place),
            at_once=whole[site_of(*place)],
        )
        for place in places
    ]


def ablation_by_head(name: str) -> dict[Head, Ablation]:
    """Return what became of the test set without each head of a model; nothing if it was not measured."""
    evidence = read_ablations(name)
    if evidence is None:
        return {}
    found = {(result.part.name, result.part.head): result for result in evidence.results if result.part.kind == "head"}
    heads = all_heads(models.catalogue()[name].config)
    return {head: found[head.intervention.attention, head.head] for head in heads}
