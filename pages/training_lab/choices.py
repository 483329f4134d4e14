"""What the Training lab lets its visitor choose: a task, a model, a recipe, and which runs are looked at."""

from dataclasses import dataclass, fields, replace

from core.config import ModelConfig
from core.lab import Request
from core.tasks import task_for
from core.tasks.pairs import KIND, Pairs
from core.training import Recipe
from core.vocab import SPECIALS
from pages.shared.text import t
from pages.shared.url.fields import Choices, decimal, typed, whole, word

TASKS = ("reverse", "copy", "sort", "addition", "dates", KIND)
SECTIONS = ("runs", "loss", "code", "question")
MODEL = ("layers", "width", "heads", "block", "encoding", "scoring", "weighing", "wiring", "writes", "dropout")
ROOM = 4  # tokens that a model of own pairs may write beyond the longest target, END included
LOOKED_AT = ("task", "run", "beside", "section")


@dataclass(frozen=True, kw_only=True)
class LabChoices(Choices):
    """Say what to train and how, and which run is shown, with which one beside it (empty: the newest, and none).

    `after` is the run whose weights a new one begins with (empty: random weights); it keeps that run's task and model.
    """

    task: str = word(*TASKS)
    layers: int = whole(1, least=1, most=3)
    width: str = word("64", "32", "96", "128")
    heads: str = word("4", "1", "2", "8")
    block: str = word("pre", "post")
    encoding: str = word("sinusoidal", "learned", "none")
    scoring: str = word("scaled_dot", "dot", "additive")
    weighing: str = word("softmax", "relu", "sigmoid")
    wiring: str = word("last", "layerwise", "mixed")
    writes: str = word("autoregressive", "length", "end")
    dropout: float = decimal(0.0, least=0.0, most=0.5)
    steps: int = whole(1200, least=20, most=20_000)
    batch: int = whole(600, least=200, most=8_000)
    optimizer: str = word("adamw", "adam", "sgd")
    rate: float = decimal(0.006, least=0.00001, most=0.1)
    schedule: str = word("cosine", "linear", "inverse_sqrt", "constant")
    warmup: int = whole(60, least=0, most=4_000)
    smoothing: float = decimal(0.0, least=0.0, most=0.4)
    feeding: str = word("none", "linear", "exponential", "inverse_sigmoid")
    guide: str = word("none", "diagonal", "monotonic")
    guiding: float = decimal(1.0, least=0.0, most=10.0)
    seed: int = whole(1, least=0, most=999_999)
    after: str = typed("", longest=12)
    reward: str = word("none", "edit", "exact")
    reward_share: float = decimal(1.0, least=0.05, most=1.0)
    baseline: str = word("greedy", "none")
    run: str = typed("", longest=12)
    beside: str = typed("", longest=12)
    section: str = word(*SECTIONS)

    def request(self, pairs: Pairs = ()) -> Request:
        """Return the run that these choices describe; `pairs` are what is learnt if the task is the visitor's own.

        Raises: ValueError naming the values that do not fit together.
        """
        task = task_for(self.task, pairs if self.task == KIND else ())
        config = ModelConfig(
            source_vocab_size=len(task.source_symbols()) + len(SPECIALS),
            target_vocab_size=len(task.target_symbols()) + len(SPECIALS),
            d_model=int(self.width), d_ff=2 * int(self.width), num_heads=int(self.heads),
            num_encoder_layers=self.layers, num_decoder_layers=self.layers, norm_order=self.block,
            final_norm=self.block == "pre", position=self.encoding, score=self.scoring, normalizer=self.weighing,
            wiring=self.wiring, decoder=self.writes, dropout=self.dropout,
            **({"max_target_len": task.longest[1] + ROOM} if self.task == KIND else {}),
        )  # fmt: skip
        recipe = Recipe(
            steps=self.steps, batch_tokens=self.batch, optimizer=self.optimizer, learning_rate=self.rate,
            decay=self.schedule, warmup=self.warmup, label_smoothing=self.smoothing, guide=self.guide,
            guide_weight=self.guiding, seed=self.seed, bf16=False, average=1, sampling=self.feeding,
            reward=self.reward, reward_weight=self.reward_share, baseline=self.baseline,
            **sampling_curve(self.feeding, self.steps),
        )  # fmt: skip
        if self.feeding != "none" and self.writes != "autoregressive":
            raise ValueError(t("lab.feeding_parallel"))
        if self.reward != "none" and self.writes != "autoregressive":
            raise ValueError(t("lab.reward_parallel"))
        title = t("lab.model_title", task=task.title, layers=self.layers, width=self.width, steps=f"{self.steps:,}")
        return Request(
            title=title, task=task.name, config=config, recipe=recipe, pairs=pairs if self.task == KIND else ()
        )

    @staticmethod
    def describing(request: Request) -> dict[str, object]:
        """Return the choices that make a run like this one: with the same seed it begins with the same weights."""
        config, recipe = request.config, request.recipe
        return {
            "task": KIND if request.pairs else request.task, "layers": config.num_encoder_layers,
            "width": str(config.d_model),
            "heads": str(config.num_heads), "block": config.norm_order, "encoding": config.position,
            "scoring": config.score, "weighing": config.normalizer, "wiring": config.wiring, "writes": config.decoder,
            "dropout": config.dropout, "steps": recipe.steps, "batch": recipe.batch_tokens,
            "optimizer": recipe.optimizer, "rate": recipe.learning_rate, "schedule": recipe.decay,
            "warmup": recipe.warmup, "smoothing": recipe.label_smoothing, "feeding": recipe.sampling,
            "guide": recipe.guide, "guiding": recipe.guide_weight, "seed": recipe.seed, "after": request.start_from,
            "reward": recipe.reward, "reward_share": recipe.reward_weight, "baseline": recipe.baseline,
        }  # fmt: skip


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
    "paper": {"block": "post", "schedule": "inverse_sqrt", "rate": 0.002, "warmup": 150, "smoothing": 0.1},
    "blind": {"encoding": "none"},
    "at_once": {"writes": "length"},
    "guided": {"guide": "diagonal"},
    "own_words": {"feeding": "linear"},
    "too_fast": {"rate": 0.1, "warmup": 0},
    "larger": {"layers": 2, "width": "128", "rate": 0.002, "steps": 2000, "batch": 1000, "warmup": 150},
}


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
