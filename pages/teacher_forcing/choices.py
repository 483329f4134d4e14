"""What "Teacher forcing" lets one choose: where which wrong token is written, and what stands beside the model."""

from dataclasses import dataclass

from core.checkpoint import Metadata
from core.training import Recipe
from pages.shared.run import models
from pages.shared.url.fields import Choices, decimal, model_name, typed, whole, word

SECTIONS = ("exposure", "formula", "schedule", "inject", "code", "question")
LONGEST_TARGET = 512
LEAST_SAMPLE, MOST_SAMPLE = 40, 400
# The first pair that differs in its training alone, and the sliders' places: as the models that ship were trained.
PURE, SCHEDULED, PAIR_STEP = "scheduled-none", "scheduled-linear", 3
UPDATES = 900


@dataclass(frozen=True, kw_only=True)
class TeacherChoices(Choices):
    """Say at which step (0: nowhere) which token is written wrongly (none: the likeliest wrong one), and the rest.

    `beside` is a second model; the four numbers after `sample` are those of the schedules, `update` where they are
    read off.
    """

    at: int = whole(6, least=0, most=LONGEST_TARGET)
    wrong: str = typed("", longest=24)
    beside: str = model_name()
    section: str = word(*SECTIONS)
    sample: int = whole(120, least=LEAST_SAMPLE, most=MOST_SAMPLE)
    slope: float = decimal(0.0008, least=0.0001, most=0.005)
    floor: float = decimal(0.25, least=0.0, most=0.9)
    base: float = decimal(0.9985, least=0.99, most=0.9999)
    bend: int = whole(150, least=10, most=400)
    update: int = whole(450, least=0, most=UPDATES)

    def recipes(self) -> dict[str, Recipe]:
        """Return the recipes whose schedules the sliders describe, by the name of the decay."""
        return {
            "linear": Recipe(sampling="linear", sampling_slope=self.slope, sampling_floor=self.floor),
            "exponential": Recipe(sampling="exponential", sampling_k=self.base),
            "inverse_sigmoid": Recipe(sampling="inverse_sigmoid", sampling_k=float(self.bend)),
        }


def others(model: str) -> list[str]:
    """Return the models that may stand beside one: of its task, with its symbols, and reading what they write.

    Those that were trained alike come first.
    """
    mine, siblings = models.catalogue()[model], models.siblings(model)

    def fits(other: Metadata) -> bool:
        alike = other.task == mine.task and other.target_symbols == mine.target_symbols
        return alike and other.config.autoregressive and other.config.max_source_len >= mine.config.max_source_len

    fitting = [name for name, metadata in models.catalogue().items() if name != model and fits(metadata)]
    return sorted(fitting, key=lambda name: name not in siblings)


def beside(choices: TeacherChoices, model: str) -> str | None:
    """Return the model that is to stand beside another, None if none was chosen or it does not fit."""
    return choices.beside if choices.beside in others(model) else None
