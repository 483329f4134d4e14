"""All that the page says of the heads of one attention in one run."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.head_agreement import divergences, head_order
from core.analysis.attention.head_contributions import mean_norms
from core.analysis.attention.head_statistics import statistics_of
from core.analysis.attention.trace_weights import allowed_of
from core.run import models, runs
from core.run.kept import kept
from core.run.rows import Rows, rows_of
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.switches import AttentionKind
from pages.heads.choices import Head
from pages.heads.shipped_ablation import ablation_by_head

# Under these statistics the largest head comes first; under the others, by which heads are told to be sharp, the least.
LARGEST_FIRST = ("distance", "diagonal", "previous", "next", "first", "last", "norm")


@dataclass(frozen=True, eq=False)
class HeadReport:
    """Hold the rows of an attention, the cells that count, and the numbers of its heads, by name.

    `order` lists all heads, number l·H + h, so that like stands beside like; `keys` are the keys without their places.

    Shapes: numbers each [L,H]; allowed [Q,K]; agreement [N,N] with N = L·H, in bits
    """

    rows: Rows
    allowed: Tensor
    numbers: dict[str, Tensor]
    agreement: Tensor
    order: list[int]
    keys: list[str]

    def number(self, name: str, layer: int, head: int) -> float:
        """Return one number of one head, NaN where there is none."""
        return float(self.numbers[name][layer, head])

    def divergence(self, one: tuple[int, int], other: tuple[int, int]) -> float:
        """Return how differently two heads attend, in bits."""
        heads = self.rows.weights.shape[1]
        return float(self.agreement[one[0] * heads + one[1], other[0] * heads + other[1]])

    def nearest(self, layer: int, head: int) -> tuple[int, int] | None:
        """Return the head that attends most like this one, None if there is no other."""
        heads = self.rows.weights.shape[1]
        distances = self.agreement[layer * heads + head].clone()
        distances[layer * heads + head] = torch.nan
        if bool(distances.isnan().all()):
            return None
        return divmod(int(distances.nan_to_num(torch.inf).argmin()), heads)


@kept
def report_of(spec: RunSpec, attention: AttentionKind) -> HeadReport:
    """Describe every head of one attention of a run.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    model, trace = models.model(spec.model), runs.trace(spec)
    rows, allowed = rows_of(spec, trace, attention), allowed_of(trace, attention)
    statistics = statistics_of(trace, attention)
    agreement = divergences(rows.weights, allowed)
    numbers = {"entropy": statistics.entropy, "distance": statistics.distance, **statistics.shares}
    if attention == "self" and spec.causal:
        numbers.pop("last")  # the last token that a row may look at is its own
    if model.config.normalizer != "softmax":
        numbers["total"] = statistics.total
    numbers["norm"] = mean_norms(model, trace, attention)
    if kept := ablation_by_head(spec.model):
        layers, heads = rows.weights.shape[:2]
        numbers["change"] = torch.tensor(
            [[kept[Head(attention, layer, head)].change for head in range(heads)] for layer in range(layers)]
        )
    numbers = {name: table for name, table in numbers.items() if not bool(table.isnan().all())}
    return HeadReport(rows, allowed, numbers, agreement, head_order(agreement), bare_keys(spec, attention))


def bare_keys(spec: RunSpec, attention: AttentionKind) -> list[str]:
    """Return how the keys of an attention look on screen, those that repeat without their places."""
    if attention != "self":
        return runs.source_names(spec)
    vocab = models.catalogue()[spec.model].target_vocab
    return [name_in(vocab, number) for number in runs.trace(spec).read().tolist()]


def sorted_heads(found: HeadReport, sort: str, chosen: tuple[int, int], layers: range) -> list[tuple[int, int]]:
    """Put the heads of some layers in order; what a head has no number for comes last, equal heads as in the model."""
    heads = [(layer, head) for layer in layers for head in range(found.rows.weights.shape[1])]
    if sort != "divergence" and sort not in found.numbers:
        return heads

    def place(head: tuple[int, int]) -> tuple[bool, float]:
        value = found.divergence(chosen, head) if sort == "divergence" else found.number(sort, *head)
        return value != value, -value if sort in LARGEST_FIRST else value

    return sorted(heads, key=place)
