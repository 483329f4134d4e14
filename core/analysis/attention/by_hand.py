"""Self-attention taken apart: every number between the inputs and the outputs, for a handful of tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from core.attention import NORMALIZERS, SCORES, ScoreFunction, additive_score, attend, dot_score
from core.config import Normalizer, Score
from core.taps import Recorder, Temperature, VisitedTap

# Beyond this, a score's exponential is shown relative to the row's largest, as the softmax computes it anyway.
LARGEST_EXPONENT = 20.0


@dataclass(frozen=True, eq=False)
class ScoreNetwork:
    """Hold what the additive score has beside q and k: vector · tanh(q W_a + k W_b).

    Shapes: query and key [d,d], vector [d]
    Source: Bahdanau et al. 2015, appendix A.1.2; W = [W_a; W_b] reads q and k side by side.
    """

    query: Tensor
    key: Tensor
    vector: Tensor


@dataclass(frozen=True, kw_only=True)
class Method:
    """Say how scores are made and normalised; the temperature divides the scores before the normaliser.

    Raises: ValueError if a name is unknown or the temperature is not above 0.
    """

    score: Score = "scaled_dot"
    normalizer: Normalizer = "softmax"
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if self.score not in (*SCORES, "additive"):
            raise ValueError(f"score must be one of {', '.join(SCORES)}, additive, got {self.score!r}")
        if self.normalizer not in NORMALIZERS:
            raise ValueError(f"normalizer must be one of {', '.join(NORMALIZERS)}, got {self.normalizer!r}")
        if not self.temperature > 0:
            raise ValueError(f"the temperature of attention must be above 0, got {self.temperature}")


@dataclass(frozen=True, eq=False)
class HandAttention:
    """Hold every number of one attention.

    `compared_query` and `compared_key` are what the score compares: q and k, or what the additive score's network makes
    of them. `products` sum to `sums` over d; `scores` are what the normaliser reads; `strengths` are what it divides or
    squashes: exp(score − shift), max(0, score), or score − log n. `parts` sum to `outputs` over the keys.

    Shapes: query, compared_query [Q,d]; key, compared_key, value [K,d]; products, parts [Q,K,d];
        sums, scaled, scores, strengths, weights [Q,K]; shift [Q,1]; outputs [Q,d]
    """

    query: Tensor
    key: Tensor
    value: Tensor
    compared_query: Tensor
    compared_key: Tensor
    products: Tensor
    sums: Tensor
    scaled: Tensor
    scores: Tensor
    shift: Tensor
    strengths: Tensor
    weights: Tensor
    parts: Tensor
    outputs: Tensor


def take_apart(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    method: Method,
    network: ScoreNetwork | None = None,
    mask: Tensor | None = None,
) -> HandAttention:
    """Attend with the core's own functions and keep what lies between.

    Shapes: query [Q,d], key and value [K,d], mask [Q,K] boolean, True = may attend
    Raises: ValueError if the additive score has no network.
    """
    asks, offers = query, key
    if method.score == "additive":
        if network is None:
            raise ValueError("the additive score needs a network: W_a, W_b and a vector")
        asks, offers = query @ network.query, key @ network.key
    score = score_function(method, network)
    before, after = Recorder(), Recorder()
    tap = VisitedTap((before, Temperature(method.temperature), after)).inside("hand_attn")
    allowed = None if mask is None else mask[None, None]
    outputs = attend(
        asks[None, None], offers[None, None], value[None, None], allowed,
        score=score, normalizer=NORMALIZERS[method.normalizer], tap=tap,
    )[0, 0]  # fmt: skip
    scaled = before.records["hand_attn.scores"][0, 0]
    scores, weights = (after.records[f"hand_attn.{name}"][0, 0] for name in ("scores", "weights"))
    shift, strengths = strengths_of(scores, method.normalizer, mask)
    if network is not None and method.score == "additive":
        products, sums = network.vector * torch.tanh(asks[:, None] + offers[None]), scaled
    else:
        products, sums = asks[:, None] * offers[None], dot_score(asks, offers)
    return HandAttention(
        query, key, value, asks, offers, products, sums, scaled, scores, shift, strengths, weights,
        weights[..., None] * value[None], outputs,
    )  # fmt: skip


def score_function(method: Method, network: ScoreNetwork | None) -> ScoreFunction:
    """Return the core's score, the additive one with its vector."""
    if method.score == "additive" and network is not None:
        return partial(additive_score, vector=network.vector[None])
    return SCORES[method.score]


def strengths_of(scores: Tensor, normalizer: Normalizer, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return what a normaliser makes of each score before the row's sum comes in, and what it took from it first.

    Shapes: scores [Q,K], mask [Q,K] or None → shift [Q,1], strengths [Q,K]
    """
    allowed = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
    shift = scores.new_zeros(len(scores), 1)
    if normalizer == "softmax":
        largest = scores.masked_fill(~allowed, -torch.inf).amax(-1, keepdim=True)
        outgrown = (largest.abs() > LARGEST_EXPONENT) & largest.isfinite()
        shift = torch.where(outgrown, largest, shift)
        strengths = (scores - shift).exp()
    elif normalizer == "relu":
        strengths = scores.relu()
    else:
        shift = allowed.sum(-1, keepdim=True).clamp(min=1).to(scores.dtype).log()
        strengths = scores - shift
    return shift, strengths.masked_fill(~allowed, 0)


@dataclass(frozen=True, eq=False)
class HandInputs:
    """Hold all that can be edited, by name.

    Shapes: x [n,D]; for layer ℓ, 1 or 2: projections qℓ, kℓ, vℓ [D,D], and the additive score's aℓ, bℓ [D,D], sℓ [1,D]
    """

    numbers: Mapping[str, Tensor]

    def with_edits(self, edits: Mapping[tuple[str, int, int], float]) -> "HandInputs":
        """Put single numbers, by matrix, row and column, in place of others; those that do not fit are left out."""
        numbers = {name: matrix.clone() for name, matrix in self.numbers.items()}
        for (name, row, column), number in edits.items():
            if name in numbers and row < numbers[name].shape[0] and column < numbers[name].shape[1]:
                numbers[name][row, column] = number
        return HandInputs(numbers)

    def network(self, layer: int) -> ScoreNetwork:
        """Return the network of a layer's additive score; layers count from 1."""
        return ScoreNetwork(self.numbers[f"a{layer}"], self.numbers[f"b{layer}"], self.numbers[f"s{layer}"][0])


def self_attention(x: Tensor, inputs: HandInputs, layer: int, method: Method) -> HandAttention:
    """Let every row of x attend to all of them, itself included, with the matrices of one layer (1 or 2).

    Shapes: x [n,D]
    Source: Vaswani et al. 2017, § 3.2.1, one head without an output projection.
    """
    query, key, value = (x @ inputs.numbers[f"{name}{layer}"] for name in "qkv")
    return take_apart(query, key, value, method, inputs.network(layer))


def attend_twice(inputs: HandInputs, method: Method) -> tuple[HandAttention, HandAttention]:
    """Run two layers of self-attention, nothing between them: the outputs of the first are the inputs of the second."""
    first = self_attention(inputs.numbers["x"], inputs, 1, method)
    return first, self_attention(first.outputs, inputs, 2, method)


def reach(first: HandAttention, second: HandAttention) -> Tensor:
    """Say how much of each token's values arrives at each output of the second layer, by way of all tokens between.

    Exact, since with the weights given both layers are sums: output = (A² A¹) x W^v₁ W^v₂.

    Shapes: → [n,n]
    Source: Abnar and Zuidema 2020, § 3 (attention rollout), here without residuals.
    """
    return second.weights @ first.weights
