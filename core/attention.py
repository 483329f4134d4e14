"""Attention: the equation as a pure function, and the module that projects, splits and joins around it."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config import ModelConfig
from core.modules import Linear, Module, dropped
from core.taps import NO_TAP, Tap

ScoreFunction = Callable[[Tensor, Tensor], Tensor]
NormalizerFunction = Callable[[Tensor, Tensor | None], Tensor]


def dot_score(query: Tensor, key: Tensor) -> Tensor:
    """Score each key by its dot product with each query.

    Shapes: query [B,H,Q,d], key [B,H,K,d] → [B,H,Q,K]
    Source: Luong et al. 2015, eq. 8 (dot).
    """
    return query @ key.transpose(-2, -1)


def scaled_dot_score(query: Tensor, key: Tensor) -> Tensor:
    """Score by the dot product over the root of the width, so that its variance does not grow with the width.

    Shapes: query [B,H,Q,d], key [B,H,K,d] → [B,H,Q,K]
    Source: Vaswani et al. 2017, eq. 1; our `d` is their d_k.
    """
    return (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1)


def additive_score(query: Tensor, key: Tensor, vector: Tensor) -> Tensor:
    """Score by a small network: vector · tanh(query + key).

    Shapes: query [B,H,Q,d], key [B,H,K,d], vector [H,d] → [B,H,Q,K]
    Source: Bahdanau et al. 2015, appendix A.1.2; W_a and U_a are the projections that made query and key.
    """
    together = torch.tanh(query[..., :, None, :] + key[..., None, :, :])
    return (together * vector[:, None, None, :]).sum(-1)


def softmax_normalizer(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Turn scores into weights that are positive and sum to 1 over the keys.

    Shapes: scores [B,H,Q,K], mask broadcastable to it → [B,H,Q,K]
    Source: Vaswani et al. 2017, eq. 1.
    """
    if mask is None:
        return scores.softmax(-1)
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(~mask, lowest).softmax(-1).masked_fill(~mask, 0)


def relu_normalizer(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Drop negative scores and divide by the sum of the rest; a row without a positive score gets no weight at all.

    Shapes: scores [B,H,Q,K], mask broadcastable to it → [B,H,Q,K]
    Source: Shen et al. 2023, § 3 (ReLU in place of softmax), normalised by the sum.
    """
    positive = scores.relu() if mask is None else scores.relu().masked_fill(~mask, 0)
    total = positive.sum(-1, keepdim=True)
    return positive / total.masked_fill(total == 0, 1)


def sigmoid_normalizer(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Weigh each key by itself: sigmoid(score − log n) for n keys that may be attended to; rows need not sum to 1.

    Shapes: scores [B,H,Q,K], mask broadcastable to it → [B,H,Q,K]
    Source: Ramapuram et al. 2024, eq. 3.
    """
    if mask is None:
        return torch.sigmoid(scores - math.log(scores.shape[-1]))
    allowed = mask.expand(*mask.shape[:-1], scores.shape[-1])
    count = allowed.sum(-1, keepdim=True).clamp(min=1).to(scores.dtype)
    return torch.sigmoid(scores - count.log()).masked_fill(~mask, 0)


SCORES: dict[str, ScoreFunction] = {"dot": dot_score, "scaled_dot": scaled_dot_score}
NORMALIZERS: dict[str, NormalizerFunction] = {
    "softmax": softmax_normalizer,
    "relu": relu_normalizer,
    "sigmoid": sigmoid_normalizer,
}


def check_mask(mask: Tensor | None) -> None:
    """Refuse a mask of numbers, which torch.nn would add to the scores.

    Raises: ValueError if the mask is not boolean.
    """
    if mask is not None and mask.dtype != torch.bool:
        raise ValueError(f"a mask is boolean, True where a query may attend; this one is {mask.dtype}")


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    score: ScoreFunction = scaled_dot_score,
    normalizer: NormalizerFunction = softmax_normalizer,
    dropout: float = 0.0,
    tap: Tap = NO_TAP,
) -> Tensor:
    """Mix values by how well each key matches each query.

    A query that may attend to nothing yields zeros. Weights are tapped before dropout.

    Shapes: query [B,H,Q,d], key and value [B,H,K,d], mask broadcastable to [B,H,Q,K] → [B,H,Q,d]
    Raises: ValueError if key and value differ in length, or if the mask is not boolean.
    Source: Vaswani et al. 2017, eq. 1; our `d` is their d_k.
    """
    check_mask(mask)
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(f"there are {key.shape[-2]} keys but {value.shape[-2]} values")
    scores = tap("scores", score(query, key))
    weights = tap("weights", normalizer(scores, mask))
    if dropout:
        weights = dropped(weights, dropout)
    return tap("head_outputs", weights @ value)


class MultiHeadAttention(Module):
    """Let several heads attend side by side, each in a projection of its own.

    Source: Vaswani et al. 2017, § 3.2.2.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.num_heads, self.d_head = config.num_heads, config.d_head
        inner = self.num_heads * self.d_head
        self.q_proj = Linear(config.d_model, inner)
        self.k_proj = Linear(config.d_model, inner)
        self.v_proj = Linear(config.d_model, inner)
        self.out_proj = Linear(inner, config.d_model)
        self.dropout = config.dropout
        self.normalizer = NORMALIZERS[config.normalizer]
        self.fusible = config.score == "scaled_dot" and config.normalizer == "softmax"
        self.score: ScoreFunction
        if config.score == "additive":
            self.score_vector = nn.Parameter(torch.empty(self.num_heads, self.d_head))
            self.score = self.additive_score
        else:
            self.score = SCORES[config.score]

    def reset_parameters(self, generator: torch.Generator | None) -> None:
        """Draw the vector of the additive score from N(0, 1/d); the projections are drawn by the model."""
        if hasattr(self, "score_vector"):
            nn.init.normal_(self.score_vector, std=self.d_head**-0.5, generator=generator)

    def additive_score(self, query: Tensor, key: Tensor) -> Tensor:
        """Score with this module's own vector."""
        return additive_score(query, key, self.score_vector)

    def forward(self, x: Tensor, y: Tensor, mask: Tensor | None = None, tap: Tap = NO_TAP) -> Tensor:
        """Let each position of x attend to the positions of y.

        Shapes: x [B,Q,D], y [B,K,D], mask broadcastable to [B,H,Q,K] → [B,Q,D]
        """
        key, value = self.keys_values(y, tap)
        return self.mix(x, key, value, mask, tap)

    def keys_values(self, y: Tensor, tap: Tap = NO_TAP) -> tuple[Tensor, Tensor]:
        """Project what is attended to; depends on y alone, so it can be kept between steps.

        Shapes: y [B,K,D] → key and value, each [B,H,K,d]
        """
        return tap("key", self.split_heads(self.k_proj(y))), tap("value", self.split_heads(self.v_proj(y)))

    def mix(self, x: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, tap: Tap = NO_TAP) -> Tensor:
        """Attend with queries from x to keys and values that are there already.

        Shapes: x [B,Q,D], key and value [B,H,K,d], mask broadcastable to [B,H,Q,K] → [B,Q,D]
        """
        return self.mix_query(tap("query", self.split_heads(self.q_proj(x))), key, value, mask, tap)

    def mix_query(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, tap: Tap = NO_TAP) -> Tensor:
        """Attend with queries that are there already.

        Shapes: query [B,H,Q,d], the rest as in `mix` → [B,Q,D]

        Raises: ValueError if the mask is not boolean: torch.nn adds others, which would mean something else here.
        """
        check_mask(mask)
        batch, num_heads, query_len, d_head = query.shape
        if tap is NO_TAP and self.fusible and not self.training:
            heads = F.scaled_dot_product_attention(query, key, value, mask)
        else:
            dropout = self.dropout if self.training else 0.0
            heads = attend(
                query, key, value, mask, score=self.score, normalizer=self.normalizer, dropout=dropout, tap=tap
            )
        joined = heads.transpose(1, 2).reshape(batch, query_len, num_heads * d_head)
        return tap("output", self.out_proj(joined))

    def packed_projections(self) -> tuple[Tensor, Tensor]:
        """Join the three projections into one, for runs that need all three of the same x many times.

        Shapes: → weight [3·H·d,D], bias [3·H·d]
        """
        projections = (self.q_proj, self.k_proj, self.v_proj)
        return torch.cat([linear.weight for linear in projections]), torch.cat([linear.bias for linear in projections])

    def project(self, x: Tensor, packed: tuple[Tensor, Tensor], tap: Tap = NO_TAP) -> tuple[Tensor, Tensor, Tensor]:
        """Project x to queries, keys and values in one product. Shapes: x [B,L,D] → three of [B,H,L,d]"""
        batch, length, _ = x.shape
        joint = F.linear(x, *packed).view(batch, length, 3, self.num_heads, self.d_head).permute(2, 0, 3, 1, 4)
        query, key, value = joint.unbind(0)
        return tap("query", query), tap("key", key), tap("value", value)

    def split_heads(self, x: Tensor) -> Tensor:
        """Cut the last axis into heads. Shapes: x [B,L,H·d] → [B,H,L,d]"""
        batch, length, _ = x.shape
        return x.view(batch, length, self.num_heads, self.d_head).transpose(1, 2)
