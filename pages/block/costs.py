"""Costs of the parts of the loaded model, for chosen lengths."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.analysis.block.part_costs import PartCost, part_costs
from core.config import ModelConfig
from core.run import models, runs
from core.run.runs import RunSpec
from pages.block.choices import LONGEST, BlockChoices
from pages.block.skip import part_title
from pages.shared.text import t

KINDS = ("embedding", "self_attn", "cross_attn", "ffn", "norm", "between", "output")
GROWTH = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True)
class Costs:
    """Hold the costs of every part for one pass over so many tokens of source and target."""

    config: ModelConfig
    source: int
    target: int
    parts: tuple[PartCost, ...]

    @property
    def parameters(self) -> int:
        """Count all parameters."""
        return sum(part.parameters for part in self.parts)

    @property
    def macs(self) -> int:
        """Count all multiplications."""
        return sum(part.macs for part in self.parts)

    @property
    def pairwise(self) -> int:
        """Count the multiplications that grow with queries × keys."""
        return sum(part.pairwise for part in self.parts)

    def by_kind(self) -> dict[str, tuple[int, int, int]]:
        """Return parameters, multiplications by length and by pairs, for each kind of part that the model has."""
        found = {kind: [part for part in self.parts if kind_of(part.part) == kind] for kind in KINDS}
        return {
            kind: (
                sum(part.parameters for part in parts),
                sum(part.macs - part.pairwise for part in parts),
                sum(part.pairwise for part in parts),
            )
            for kind, parts in found.items()
            if any(part.parameters or part.macs for part in parts)
        }


def run_lengths(spec: RunSpec) -> tuple[int, int]:
    """Return how many tokens the run reads, padding included, and how many its decoder reads."""
    trace = runs.trace(spec)
    return len(trace.source), len(trace.read())


def costs_of(spec: RunSpec, choices: BlockChoices) -> Costs:
    """Return what the model costs for the chosen lengths, those of the run where none are chosen."""
    source, target = run_lengths(spec)
    source, target = choices.cost_source or min(source, LONGEST), choices.cost_target or min(target, LONGEST)
    config = models.catalogue()[spec.model].config
    return Costs(config, source, target, part_costs(config, source, target))


def kind_of(part: str) -> str:
    """Return what kind of part a cost belongs to."""
    if part.startswith(("source_", "target_")):
        return "embedding"
    if part.endswith("norm"):
        return "norm"
    if part == "output":
        return "output"
    last = part.rsplit(".", 1)[-1]
    return last if last in KINDS else "between"


def cost_name(part: str) -> str:
    """Return the name of a part in words, its layer counted from 1."""
    if part.startswith(("encoder.", "decoder.")):
        return part_title(f"{part}.norm" if part.endswith("norm") else part)
    return t(f"block.cost_{part}")


def cost_table(costs: Costs) -> pd.DataFrame:
    """Return a row for every part that costs something, and the sums in the last."""
    rows = [
        [cost_name(part.part), part.parameters, part.macs, part.pairwise]
        for part in costs.parts
        if part.parameters or part.macs
    ]
    rows.append([t("block.cost_total"), costs.parameters, costs.macs, costs.pairwise])
    return pd.DataFrame(
        rows, columns=[t(f"block.column_{name}") for name in ("part", "parameters", "macs", "pairwise")]
    )


def growth(costs: Costs) -> dict[str, Sequence[float]]:
    """Return the multiplications by length and by pairs if both source and target had each of the lengths `GROWTH`."""
    found = [Costs(costs.config, n, n, part_costs(costs.config, n, n)) for n in GROWTH]
    return {
        t("block.by_length"): [each.macs - each.pairwise for each in found],
        t("block.by_pairs"): [each.pairwise for each in found],
    }
