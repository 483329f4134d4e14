"""How a model is trained, as a value: with the data and the machine, it decides the result."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.sentences import Refusal

Decay = Literal["cosine", "linear", "inverse_sqrt", "constant", "trapezoid"]
Optimizer = Literal["adamw", "adam", "sgd"]
Guide = Literal["none", "diagonal", "monotonic"]
RewardOrNone = Literal["none", "exact", "edit"]
Baseline = Literal["greedy", "none"]
Sampling = Literal["none", "linear", "exponential", "inverse_sigmoid"]
SamplingDraw = Literal["argmax", "sampled"]

CHOICES: dict[str, tuple[str, ...]] = {
    "decay": get_args(Decay),
    "optimizer": get_args(Optimizer),
    "guide": get_args(Guide),
    "reward": get_args(RewardOrNone),
    "baseline": get_args(Baseline),
    "sampling": get_args(Sampling),
    "sampling_draw": get_args(SamplingDraw),
}
MASKS = ("causal_mask", "padding_mask")
WARMUP, BY_STEPS = 400, -1


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Describe a training run.

    `warmup` is 400 steps if nothing is said of it, in a run that is shorter a quarter of its steps.
    `average` is how many of the last snapshots, `average_every` steps apart, are averaged into the final weights.
    `mask_predict` lets a decoder that writes all at once read part of the target, so that it can refine what it wrote.
    `guide` asks cross-attention to keep to the diagonal or to go from left to right (core.training.guided). `reward`
    lets a model that is trained already learn from the score of outputs that it draws (core.training.rewards), which
    makes up `reward_weight` of the loss.
    `sampling` says how the share of reference tokens that the decoder reads decays (see
    core.training.scheduled_sampling; none: it reads nothing else), `sampling_draw` which of its own tokens it reads
    instead.
    `subword_sampling` is the share of a source's words that are cut in ways drawn at random (core.tokenizers), where
    tokens are subwords. With `ema` above 0 the final weights are a moving average in place of the last snapshots' mean:
    every `average_every` steps it keeps that share of itself.
    Without `causal_mask` the decoder reads what it shall predict, without `padding_mask` PAD is a token like any other:
    famous mistakes, to see what goes wrong.

    Units: batch_tokens counts the padded tokens of the longer side; learning rates per step; clip is a 2-norm
    Raises: ValueError naming the value that does not fit.
    """

    steps: int = 3000
    batch_tokens: int = 4000
    learning_rate: float = 1e-3
    warmup: int = BY_STEPS
    decay: Decay = "cosine"
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    clip: float = 1.0
    average: int = 5
    average_every: int = 100
    bf16: bool = True
    mask_predict: bool = False
    seed: int = 1
    optimizer: Optimizer = "adamw"
    guide: Guide = "none"
    guide_weight: float = 1.0
    guide_width: float = 0.2
    reward: RewardOrNone = "none"
    reward_weight: float = 1.0
    baseline: Baseline = "greedy"
    sampling: Sampling = "none"
    sampling_k: float = 1.0
    sampling_slope: float = 0.0
    sampling_floor: float = 0.0
    sampling_draw: SamplingDraw = "argmax"
    subword_sampling: float = 0.0
    ema: float = 0.0
    causal_mask: bool = True
    padding_mask: bool = True

    def __post_init__(self) -> None:
        for name in ("steps", "batch_tokens", "average", "average_every"):
            if getattr(self, name) < 1:
                raise Refusal("refusal.at_least_one", name=name, got=getattr(self, name))
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise Refusal("refusal.one_of", name=name, allowed=", ".join(choices), got=getattr(self, name))
        if self.warmup == BY_STEPS:
            object.__setattr__(self, "warmup", WARMUP if self.steps >= WARMUP else self.steps // 4)
        if not 0 <= self.warmup <= self.steps:
            raise Refusal("refusal.warmup", steps=self.steps, got=self.warmup)
        if self.learning_rate <= 0 or self.clip <= 0:
            raise Refusal("refusal.positive_rate", rate=self.learning_rate, clip=self.clip)
        if not 0 <= self.label_smoothing < 1:
            raise Refusal("refusal.below_one", name="label_smoothing", got=self.label_smoothing)
        for name in ("subword_sampling", "ema"):
            if not 0 <= getattr(self, name) < 1:
                raise Refusal("refusal.below_one", name=name, got=getattr(self, name))
        if self.guide_weight < 0 or self.guide_width <= 0:
            raise Refusal("refusal.guide", weight=self.guide_weight, width=self.guide_width)
        if not 0 < self.reward_weight <= 1:
            raise Refusal("refusal.reward_weight", got=self.reward_weight)
        self._check_masks()
        self._check_sampling()

    def _check_masks(self) -> None:
        for name in MASKS:
            if not isinstance(getattr(self, name), bool):
                raise Refusal("refusal.true_or_false", name=name, got=getattr(self, name))
        if self.reward != "none" and self.masks_off():
            raise Refusal("refusal.reward_masks", names=", ".join(self.masks_off()))

    def masks_off(self) -> dict[str, bool]:
        """Return the masks that training goes without, each as False: what a checkpoint says of them."""
        return {name: False for name in MASKS if not getattr(self, name)}

    def masking(self) -> dict[str, Any]:
        """Return how the model is run in training, as its arguments."""
        return {"causal": None if self.causal_mask else False, "padding": self.padding_mask}

    def _check_sampling(self) -> None:
        k = self.sampling_k
        if self.sampling == "linear" and not (k > 0 and self.sampling_slope > 0 and 0 <= self.sampling_floor < 1):
            raise Refusal("refusal.sampling_linear", k=k, slope=self.sampling_slope, floor=self.sampling_floor)
        if self.sampling == "exponential" and not 0 < k < 1:
            raise Refusal("refusal.sampling_exponential", k=k)
        if self.sampling == "inverse_sigmoid" and not k >= 1:
            raise Refusal("refusal.sampling_sigmoid", k=k)

    def is_averaged(self, step: int) -> bool:
        """Tell whether the weights after `step` steps go into the average."""
        if self.ema:
            return step % self.average_every == 0
        from_end = self.steps - step
        return from_end % self.average_every == 0 and from_end // self.average_every < self.average
