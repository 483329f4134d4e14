"""The choices of "Teacher forcing": where which wrong token is written, and what stands beside the model."""

from dataclasses import dataclass

from core.checkpoint import Metadata
from core.run import models
from core.training import Recipe
from pages.shared.url.fields import Choices, decimal_field, model_field, number_field, section_field, text_field

LONGEST_TARGET = 512
# The first pair that differs in its training alone, and the sliders' places: as the models that ship were trained.
PURE, SCHEDULED, PAIR_STEP = "scheduled-none", "scheduled-linear", 3
UPDATES = 900


@dataclass(frozen=True, kw_only=True)
class TeacherChoices(Choices):
    """Say at which step (0: nowhere) which token is written wrongly (none: the likeliest wrong one), and the rest.

    `beside` is a second model; the four numbers after `sample` are those of the schedules, `update` where they are
    read off.
    """

    at: int = number_field(6, least=0, most=LONGEST_TARGET)
    wrong: str = text_field("", longest=24)
    beside: str = model_field()
    section: str = section_field("exposure", "formula", "schedule", "inject", "code", "question")
    sample: int = number_field(120, least=40, most=400, step=40, control="sample_feeds")
    slope: float = decimal_field(0.0008, least=0.0001, most=0.005, step=0.0001, format="%.4f")
    floor: float = decimal_field(0.25, least=0.0, most=0.9, step=0.05)
    base: float = decimal_field(0.9985, least=0.99, most=0.9999, step=0.0001, format="%.4f")
    bend: int = number_field(150, least=10, most=400, step=10)
    update: int = number_field(450, least=0, most=UPDATES, step=10)

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
