"""The blocks: attention and feed-forward sub-layers, each inside Add & Norm."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from core.attention import MultiHeadAttention
from core.config import ModelConfig
from core.modules import Dropout, LayerNorm, Linear, Module
from core.taps import NO_TAP, Tap

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu}


class FeedForward(Module):
    """Transform each position by itself: widen, bend, narrow.

    Source: Vaswani et al. 2017, eq. 2.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.in_proj = Linear(config.d_model, config.d_ff)
        self.out_proj = Linear(config.d_ff, config.d_model)
        self.activation = ACTIVATIONS[config.activation]
        self.dropout = Dropout(config.dropout)

    def forward(self, x: Tensor, tap: Tap = NO_TAP) -> Tensor:
        """Shapes: x [B,L,D] → [B,L,D]"""
        hidden = tap("hidden", self.activation(self.in_proj(x)))
        return tap("output", self.out_proj(self.dropout(hidden)))


class Norm(Module):
    """Normalise each position over its own D numbers; the identity where the model was built without.

    Source: Ba et al. 2016, eq. 3 and 4.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layer_norm = LayerNorm(config.d_model) if config.layer_norm else None

    def forward(self, x: Tensor, tap: Tap = NO_TAP) -> Tensor:
        """Shapes: x [B,L,D] → [B,L,D]"""
        if self.layer_norm is None or tap.skips("norm"):
            return x
        if tap.wants("mean"):
            tap("mean", x.mean(-1, keepdim=True))
        if tap.wants("variance"):
            tap("variance", x.var(-1, keepdim=True, unbiased=False))
        return tap("normed", self.layer_norm(x))


class AddNorm(Module):
    """Wrap a sub-layer: norm(x + f(x)) in a post-norm model (the paper), x + f(norm(x)) in a pre-norm one.

    Source: Vaswani et al. 2017, § 3.1; pre-norm: Xiong et al. 2020, § 3.1.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm = Norm(config)
        self.pre = config.norm_order == "pre"
        self.residual = config.residual
        self.dropout = Dropout(config.dropout)

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor] | None, tap: Tap = NO_TAP) -> Tensor:
        """Add what the sub-layer makes of x to x; a sub-layer of None is one that this run leaves out.

        Shapes: x [B,L,D] → [B,L,D]
        """
        read = self.norm(x, tap) if self.pre else x
        added = torch.zeros_like(x) if sublayer is None else self.dropout(sublayer(read))
        stream = x + added if self.residual and not tap.skips("residual") else added
        stream = tap("sum", stream)
        return stream if self.pre else self.norm(stream, tap)


class EncoderLayer(Module):
    """Self-attention, then feed-forward.

    Source: Vaswani et al. 2017, § 3.1.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(config)
        self.self_attn_add_norm = AddNorm(config)
        self.ffn = FeedForward(config)
        self.ffn_add_norm = AddNorm(config)

    def forward(self, x: Tensor, mask: Tensor | None = None, tap: Tap = NO_TAP) -> Tensor:
        """Shapes: x [B,S,D], mask broadcastable to [B,H,S,S] → [B,S,D]"""

        def self_attend(h: Tensor) -> Tensor:
            return self.self_attn(h, h, mask, tap.inside("self_attn"))

        def feed_forward(h: Tensor) -> Tensor:
            return self.ffn(h, tap.inside("ffn"))

        x = self.self_attn_add_norm(x, unless_skipped(tap, "self_attn", self_attend), tap.inside("self_attn_add_norm"))
        x = self.ffn_add_norm(x, unless_skipped(tap, "ffn", feed_forward), tap.inside("ffn_add_norm"))
        return tap("output", x)


class KeyValueCache:
    """Keys and values of one decoder layer: the memory's, projected once, and those of the tokens read so far.

    Shapes: memory_key, memory_value [B,H,S,d]; key, value [B,H,max_len,d], of which `length` are filled
    """

    def __init__(self, layer: "DecoderLayer", memory: Tensor, max_len: int) -> None:
        memory_key, memory_value = layer.cross_attn.keys_values(memory)
        self.memory_key, self.memory_value = memory_key, memory_value
        self.packed = layer.self_attn.packed_projections()
        batch, num_heads, _, d_head = memory_key.shape
        self.key = memory_key.new_empty(batch, num_heads, max_len, d_head)
        self.value = torch.empty_like(self.key)
        self.length = 0

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Store the newest keys and values, each [B,H,Q,d], and return all so far, each [B,H,K,d]."""
        new = key.shape[2]
        self.key.narrow(2, self.length, new).copy_(key)
        self.value.narrow(2, self.length, new).copy_(value)
        self.length += new
        return self.key.narrow(2, 0, self.length), self.value.narrow(2, 0, self.length)

    def select(self, rows: Tensor) -> None:
        """Keep these rows of the batch, in this order (beam search). Shapes: rows [B']"""
        for name in ("memory_key", "memory_value", "key", "value"):
            setattr(self, name, getattr(self, name)[rows])


class DecoderLayer(Module):
    """Masked self-attention, cross-attention to the memory, then feed-forward.

    Source: Vaswani et al. 2017, § 3.1.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(config)
        self.self_attn_add_norm = AddNorm(config)
        self.cross_attn = MultiHeadAttention(config)
        self.cross_attn_add_norm = AddNorm(config)
        self.ffn = FeedForward(config)
        self.ffn_add_norm = AddNorm(config)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        self_mask: Tensor | None = None,
        cross_mask: Tensor | None = None,
        tap: Tap = NO_TAP,
        cache: KeyValueCache | None = None,
    ) -> Tensor:
        """Run the layer; with a cache, x holds only the newest positions and memory is not read again.

        Shapes: x [B,T,D], memory [B,S,D], self_mask to [B,H,T,T], cross_mask to [B,H,T,S] → [B,T,D]
        """

        def self_attend(h: Tensor) -> Tensor:
            inner = tap.inside("self_attn")
            if cache is None:
                return self.self_attn(h, h, self_mask, inner)
            query, key, value = self.self_attn.project(h, cache.packed, inner)
            return self.self_attn.mix_query(query, *cache.append(key, value), self_mask, inner)

        def cross_attend(h: Tensor) -> Tensor:
            inner = tap.inside("cross_attn")
            if cache is not None:
                return self.cross_attn.mix(h, cache.memory_key, cache.memory_value, cross_mask, inner)
            return self.cross_attn(h, memory, cross_mask, inner)

        def feed_forward(h: Tensor) -> Tensor:
            return self.ffn(h, tap.inside("ffn"))

        x = self.self_attn_add_norm(x, unless_skipped(tap, "self_attn", self_attend), tap.inside("self_attn_add_norm"))
        x = self.cross_attn_add_norm(
            x, unless_skipped(tap, "cross_attn", cross_attend), tap.inside("cross_attn_add_norm")
        )
        x = self.ffn_add_norm(x, unless_skipped(tap, "ffn", feed_forward), tap.inside("ffn_add_norm"))
        return tap("output", x)


def unless_skipped(tap: Tap, name: str, sublayer: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor] | None:
    """Return the sub-layer, or None where the run leaves it out."""
    return None if tap.skips(name) else sublayer
