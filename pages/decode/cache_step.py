"""One step of a run with its cache: which keys and values it makes, which it reuses, and its logits both ways."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.cache.step_costs import StepCost, step_costs
from core.analysis.cache.step_logits import cached_logits, recomputed_logits
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.tokens import disambiguate, name_in
from core.run.view import View
from pages.shared.text import t

# How strongly a cell is coloured: made in this step for the first time, once more, kept from an earlier one, used up.
STRENGTH = {"new": 1.0, "again": 0.6, "kept": 0.1, "gone": 0.0}
# More columns than this have no room for words.
MOST_WORDS = 26


@dataclass(frozen=True)
class CacheStep:
    """Hold the step of a run that is looked at: how many tokens were read, and whether all is computed again.

    `keeps` tells whether the run has a cache: without the causal mask it may not.
    """

    spec: RunSpec
    step: int
    again: bool

    @property
    def keeps(self) -> bool:
        """Tell whether keys and values of this run are kept from step to step."""
        return self.spec.causal

    @property
    def source(self) -> tuple[str, ...]:
        """Return the tokens of the source as they look on screen."""
        return disambiguate(runs.source_names(self.spec))

    @property
    def read(self) -> tuple[str, ...]:
        """Return the tokens that the decoder has read, the last one in this step."""
        vocab = models.catalogue()[self.spec.model].target_vocab
        numbers = runs.trace(self.spec).read().tolist() if self.step else []
        return disambiguate([name_in(vocab, number) for number in numbers[: self.step]])

    @property
    def costs(self) -> tuple[StepCost, ...]:
        """Return the multiplications of the step, of the first one if there was none yet."""
        return step_costs(self.spec.config, len(self.source), max(1, self.step))


def cache_step(spec: RunSpec, view: View, again: bool) -> CacheStep:
    """Return the step of a run that is looked at; one that is not there is its last."""
    step = min(view.step, len(runs.trace(spec).steps))
    return CacheStep(spec, step, (again or not spec.causal) and step > 0)


@kept
def logits_both_ways(spec: RunSpec, step: int) -> tuple[Tensor, Tensor]:
    """Return the logits of a step with the cache, and recomputed.

    Shapes: → two of [V]
    Raises: Unreadable if the source cannot be run.
    """
    model, source = models.model(spec.model), torch.tensor([runs.source_ids(spec)])
    read, switches = runs.trace(spec).read()[None, :step], spec.switches
    return cached_logits(model, source, read, switches)[0], recomputed_logits(model, source, read, switches)[0]


def cache_board(at: CacheStep) -> Board:
    """Draw every key and value that there is: rows are layers, columns are positions; what is made now is strong."""
    layers = [t("cache.layer", n=n + 1) for n in range(at.spec.config.num_decoder_layers)]
    before = "again" if at.again else "kept"
    encoded = before if at.keeps else "kept"  # without a cache, the encoder still runs only once
    words = len(at.source) + at.step <= MOST_WORDS

    def panel(name: str, states: list[str], rows: list[str], columns: tuple[str, ...]) -> Panel:
        return Panel(
            id=name, title=t(f"cache.panel_{name}"), help=t(f"cache.explain_{name}"), rows=rows, columns=columns,
            values=torch.tensor([[STRENGTH[state] for state in states]] * len(rows)), scale="sequential",
            texts=[[t(f"cache.state_{state}") for state in states]] * len(rows) if words else (), numbers=words,
            name=t(f"cache.name_{name}"), legend=t("cache.legend"), aligned=True, cell=None if words else 12,
        )  # fmt: skip

    items: list[Panel | list[Panel] | str] = [
        [
            panel("memory", [encoded if at.step else "new"] * len(at.source), [t("cache.encoder")], at.source),
            panel("cross", [before if at.step else "new"] * len(at.source), layers, at.source),
        ]
    ]
    if at.step:
        earlier = at.step - 1
        items.append(
            [
                panel("query", ["again" if at.again else "gone"] * earlier + ["new"], layers, at.read),
                panel("own", [before] * earlier + ["new"], layers, at.read),
            ]
        )
    return Board([Line(items)], t("cache.board_summary"))
