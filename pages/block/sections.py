"""Below the views of the Block page: the formula with numbers, the code that ran, evidence, a question."""

from core import layers
from core.analysis.block import norm_steps, part_costs
from core.run.notebook import notebook_lines
from core.taps import Skip
from pages.block.choices import BlockChoices
from pages.block.evidence import evidence
from pages.block.formulas import FORMULAS
from pages.block.skip import skipped_of, switches_of
from pages.shared import sections
from pages.shared.state import AppState

RAN = {
    "stream": (layers.AddNorm, layers.Norm, layers.FeedForward),
    "norm": (
        norm_steps.layer_norm_steps,
        norm_steps.batch_norm_steps,
        norm_steps.normalise,
        norm_steps.with_statistics,
    ),
    "skip": (Skip, layers.unless_skipped, layers.AddNorm),
    "cost": (part_costs.layer_costs, part_costs.attention_cost, part_costs.output_cost),
}


def block_sections(current: AppState) -> None:
    """Draw the one of the sections that is chosen."""
    aspect = current.chosen(BlockChoices).aspect
    drawn = {
        "formula": lambda: FORMULAS[aspect](current),
        "code": lambda: sections.code(*RAN[aspect], notebook=notebook(current)),
        "evidence": lambda: evidence(current.shown.model),
        "question": lambda: sections.question("block_question"),
    }
    sections.sections(current, BlockChoices, drawn)


def notebook(current: AppState) -> str:
    """Return the lines that do the run, without the parts that are left out where that is shown."""
    spec, choices = current.shown, current.chosen(BlockChoices)
    skipped = skipped_of(spec, choices.skip) if choices.aspect == "skip" else frozenset()
    return notebook_lines(spec, switches=switches_of(spec, skipped))
