"""One step of a decode."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from torch import Tensor

ChosenBy = Literal["model", "forced"]


@dataclass(frozen=True, eq=False)
class DecodeStep:
    """Record what the decoder read at one position and what came of it.

    `token` is what was written here. The next step reads it, or the reference under teacher forcing. With the causal
    mask the weights are this position's row (Q = 1, K = index + 1); without it earlier rows change too, and all of them
    are here (Q = K = index + 1). Decoding in parallel, this position's row sees all positions (Q = 1).

    Shapes: log_probs [V]; self_weights [L,H,Q,K], cross_weights [L,H,Q,S], or None if not recorded
    Units: log_probs and entropy in nats
    """

    index: int
    read: int
    token: int
    chosen_by: ChosenBy
    log_probs: Tensor
    self_weights: Tensor | None = None
    cross_weights: Tensor | None = None

    @cached_property
    def predicted(self) -> int:
        """Return the model's likeliest token, whatever was written."""
        return int(self.log_probs.argmax())

    @cached_property
    def probability(self) -> float:
        """Return the probability that the model gave to the token written."""
        return float(self.log_probs[self.token].exp())

    @cached_property
    def entropy(self) -> float:
        """Return how undecided the model was, in nats."""
        probs = self.log_probs.exp()
        return float(-(probs * self.log_probs).masked_fill(probs == 0, 0).sum())
