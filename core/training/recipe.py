"""How a model is trained, as a value: with the data and the machine, it decides the result."""

from dataclasses import dataclass
from typing import Literal, get_args

Decay = Literal["cosine", "linear", "inverse_sqrt", "constant"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Describe a training run.

    `average` is how many of the last snapshots, `average_every` steps apart, are averaged into the final weights.
    `mask_predict` lets a decoder that writes all at once read part of the target, so that it can refine what it wrote.

    Units: batch_tokens counts the padded tokens of the longer side; learning rates per step; clip is a 2-norm
    Raises: ValueError naming the value that does not fit.
    """

    steps: int = 3000
    batch_tokens: int = 4000
    learning_rate: float = 1e-3
    warmup: int = 400
    decay: Decay = "cosine"
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    clip: float = 1.0
    average: int = 5
    average_every: int = 100
    bf16: bool = True
    mask_predict: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "batch_tokens", "average", "average_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.decay not in get_args(Decay):
            raise ValueError(f"decay must be one of {', '.join(get_args(Decay))}, got {self.decay!r}")
        if not 0 <= self.warmup <= self.steps:
            raise ValueError(f"warmup must lie between 0 and steps={self.steps}, got {self.warmup}")
        if self.learning_rate <= 0 or self.clip <= 0:
            raise ValueError(f"learning_rate and clip must be positive, got {self.learning_rate} and {self.clip}")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing must lie in [0, 1), got {self.label_smoothing}")

    def is_averaged(self, step: int) -> bool:
        """Tell whether the weights after `step` steps go into the average."""
        from_end = self.steps - step
        return from_end % self.average_every == 0 and from_end // self.average_every < self.average
