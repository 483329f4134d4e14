"""The choices of the Training lab: a task, a model, a recipe, and which runs are looked at."""

from dataclasses import dataclass, fields, replace
from functools import partial

from core.config import ModelConfig
from core.lab import Request
from core.run.titles import settings_title
from core.sentences import Refusal
from core.tasks import task_for
from core.tasks.pairs import KIND, Pairs
from core.training import Recipe
from core.vocab import SPECIALS
from pages.shared.url.fields import (
    Choices,
    choice_field,
    decimal_field,
    number_field,
    section_field,
    switch_field,
    text_field,
)

MODEL = (
    "layers", "d_model", "num_heads", "norm_order", "encoding", "score", "normalizer", "wiring", "decoder", "dropout",
)  # fmt: skip
RECIPE = (
    "steps", "batch_tokens", "optimizer", "learning_rate", "decay", "warmup", "label_smoothing", "sampling", "guide",
    "guide_weight", "causal_mask", "padding_mask", "seed",
)  # fmt: skip
ROOM = 4  # tokens that a model of own pairs may write beyond the longest target, END included
LOOKED_AT = ("task", "run", "beside", "section")

selectbox = partial(choice_field, widget="selectbox")
number_input = partial(number_field, widget="number_input")
decimal_input = partial(decimal_field, widget="number_input")
run_field = partial(text_field, "", longest=12, widget="selectbox")


@dataclass(frozen=True, kw_only=True)
class LabChoices(Choices):
    """Say what to train and how, and which run is shown, with which one beside it (empty: the newest, and none).

    What is set of a model, a recipe or a request has the name that it has there, but `layers`, which both stacks have,
    and `encoding`: all pages' addresses have a switch that is called `position`. `start_from` is the run whose weights
    a new one begins with (empty: random weights); it keeps that run's task and model.
    """

    controls = "lab_"

    task: str = selectbox("reverse", "copy", "sort", "addition", "dates", KIND, texts="lab.task")
    layers: int = number_input(1, least=1, most=3, step=1)
    d_model: int = selectbox(32, 64, 96, 128, default=64, control="lab_width", formerly="width")
    num_heads: int = selectbox(1, 2, 4, 8, default=4, control="lab_heads", formerly="heads")
    norm_order: str = selectbox("pre", "post", texts="lab.block", control="lab_block", formerly="block")
    encoding: str = selectbox("sinusoidal", "learned", "none", texts="lab.encoding")
    score: str = selectbox(
        "scaled_dot", "dot", "additive", texts="lab.scoring", control="lab_scoring", formerly="scoring"
    )
    normalizer: str = selectbox(
        "softmax", "relu", "sigmoid", texts="lab.weighing", control="lab_weighing", formerly="weighing"
    )
    wiring: str = selectbox("last", "layerwise", "mixed", texts="lab.wiring")
    decoder: str = selectbox(
        "autoregressive", "length", "end", texts="lab.writes", control="lab_writes", formerly="writes"
    )
    dropout: float = decimal_input(0.0, least=0.0, most=0.5, step=0.05)
    steps: int = number_input(1200, least=20, most=20_000, step=100)
    batch_tokens: int = number_input(600, least=200, most=8_000, step=100, control="lab_batch", formerly="batch")
    optimizer: str = selectbox("adamw", "adam", "sgd", texts="lab.optimizer")
    learning_rate: float = decimal_input(
        0.006, least=0.00001, most=0.1, step=0.001, format="%.5f", control="lab_rate", formerly="rate"
    )
    decay: str = selectbox(
        "cosine", "linear", "inverse_sqrt", "constant", texts="lab.schedule", control="lab_schedule",
        formerly="schedule",
    )  # fmt: skip
    warmup: int = number_input(60, least=0, most=4_000, step=10)
    label_smoothing: float = decimal_input(
        0.0, least=0.0, most=0.4, step=0.05, control="lab_smoothing", formerly="smoothing"
    )
    sampling: str = selectbox(
        "none", "linear", "exponential", "inverse_sigmoid", texts="lab.feeding", control="lab_feeding",
        formerly="feeding",
    )  # fmt: skip
    guide: str = selectbox("none", "diagonal", "monotonic", texts="lab.guide")
    guide_weight: float = decimal_input(1.0, least=0.0, most=10.0, step=0.5, control="lab_guiding", formerly="guiding")
    causal_mask: bool = switch_field(True)
    padding_mask: bool = switch_field(True)
    seed: int = number_input(1, least=0, most=999_999, step=1)
    start_from: str = run_field(control="lab_after", formerly="after")
    reward: str = selectbox("none", "edit", "exact", texts="lab.reward")
    reward_weight: float = decimal_input(
        1.0, least=0.05, most=1.0, step=0.05, control="lab_reward_share", formerly="reward_share"
    )
    baseline: str = selectbox("greedy", "none", texts="lab.baseline")
    run: str = run_field()
    beside: str = run_field()
    section: str = section_field("runs", "loss", "code", "question")

    def request(self, pairs: Pairs = ()) -> Request:
        """Return the run that these choices describe; `pairs` are what is learnt if the task is the visitor's own.

        Raises: ValueError naming the values that do not fit together.
        """
        task = task_for(self.task, pairs if self.task == KIND else ())
        config = ModelConfig(
            source_vocab_size=len(task.source_symbols()) + len(SPECIALS),
            target_vocab_size=len(task.target_symbols()) + len(SPECIALS),
            d_ff=2 * self.d_model, num_encoder_layers=self.layers, num_decoder_layers=self.layers,
            final_norm=self.norm_order == "pre", position=self.encoding, **shared(self, ModelConfig),
            **({"max_target_len": task.longest[1] + ROOM} if self.task == KIND else {}),
        )  # fmt: skip
        curve = sampling_curve(self.sampling, self.steps)
        if self.reward != "none" and not (self.causal_mask and self.padding_mask):
            raise Refusal("lab.reward_unmasked")
        recipe = Recipe(bf16=False, average=1, **shared(self, Recipe), **curve)
        if self.sampling != "none" and self.decoder != "autoregressive":
            raise Refusal("lab.feeding_parallel")
        if not self.causal_mask and self.decoder != "autoregressive":
            raise Refusal("lab.causal_parallel")
        if self.reward != "none" and self.decoder != "autoregressive":
            raise Refusal("lab.reward_parallel")
        mine = pairs if self.task == KIND else ()
        request = Request(title="", task=task.name, config=config, recipe=recipe, pairs=mine)
        return replace(request, title=settings_title(request))

    @staticmethod
    def describing(request: Request) -> dict[str, object]:
        """Return the choices that make a run like this one: with the same seed it begins with the same weights."""
        config, recipe = request.config, request.recipe
        return {
            "task": KIND if request.pairs else request.task, "layers": config.num_encoder_layers,
            "encoding": config.position, "start_from": request.start_from, **shared(config, LabChoices),
            **shared(recipe, LabChoices),
        }  # fmt: skip


def shared(value: LabChoices | ModelConfig | Recipe, kind: type) -> dict[str, object]:
    """Return those fields of a value that another kind has too."""
    names = {each.name for each in fields(kind)}
    return {each.name: getattr(value, each.name) for each in fields(value) if each.name in names}


def sampling_curve(kind: str, steps: int) -> dict[str, float]:
    """Return the constants with which a decay of the reference's share gets from 1 to about a tenth within a run."""
    match kind:
        case "linear":
            return {"sampling_k": 1.0, "sampling_slope": 0.9 / steps, "sampling_floor": 0.1}
        case "exponential":
            return {"sampling_k": 0.1 ** (1 / steps)}
        case "inverse_sigmoid":
            return {"sampling_k": max(1.0, steps / 8)}
    return {}


# What each preset changes of the defaults; the task stays as it is.
PRESETS: dict[str, dict[str, object]] = {
    "fast": {},
    "few": {"dropout": 0.2},
    "paper": {
        "norm_order": "post", "decay": "inverse_sqrt", "learning_rate": 0.002, "warmup": 150, "label_smoothing": 0.1,
    },
    "blind": {"encoding": "none"},
    "sees_answer": {"causal_mask": False},
    "sees_padding": {"padding_mask": False},
    "at_once": {"decoder": "length"},
    "guided": {"guide": "diagonal"},
    "own_words": {"sampling": "linear"},
    "too_fast": {"learning_rate": 0.1, "warmup": 0},
    "larger": {
        "layers": 2, "d_model": 128, "learning_rate": 0.002, "steps": 2000, "batch_tokens": 1000, "warmup": 150,
    },
}  # fmt: skip


def preset_of(choices: LabChoices) -> str | None:
    """Return the preset that these choices are, None if none."""
    mine = {each.name: getattr(choices, each.name) for each in fields(choices) if each.name not in LOOKED_AT}
    for name, changes in PRESETS.items():
        model = replace(LabChoices(), **changes)
        if all(getattr(model, field) == value for field, value in mine.items()):
            return name
    return None


def preset_changes(name: str) -> dict[str, object]:
    """Return all that choosing a preset sets."""
    model = replace(LabChoices(), **PRESETS[name])
    return {each.name: getattr(model, each.name) for each in fields(model) if each.name not in LOOKED_AT}


def task_changes(choices: LabChoices, task: str) -> dict[str, object]:
    """Return all that choosing a task sets: few pairs are better learnt with dropout, unless something else was set."""
    usual, few = ("fast", "few") if task == KIND else ("few", "fast")
    return {"task": task} | (preset_changes(few) if preset_of(choices) == usual else {})
