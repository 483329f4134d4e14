"""A whole Transformer in plain NumPy, from the paper and a model's weights by name: every vector on the way."""

from typing import Any

import numpy as np

from core.model import Transformer
from core.vocab import PAD

EPSILON = 1e-5


class NumpyModel:
    """Run a model with scaled dot products and softmax, any order of norms, with parts left out."""

    def __init__(self, model: Transformer, skipped: frozenset[str] = frozenset()) -> None:
        self.config, self.skipped = model.config, skipped
        self.weights = {name: value.numpy().astype(float) for name, value in model.state_dict().items()}
        self.seen: dict[str, dict[str, np.ndarray]] = {}

    def linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        flat = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON)
        return flat * self.weights[f"{name}.layer_norm.weight"] + self.weights[f"{name}.layer_norm.bias"]

    def positions(self, length: int) -> np.ndarray:
        width = self.config.d_model
        angles = np.arange(length)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)[None]
        table = np.zeros((length, width))
        table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
        return table

    def embed(self, side: str, ids: np.ndarray) -> np.ndarray:
        table = self.weights.get(f"{side}_embedding.weight", self.weights["source_embedding.weight"])
        return table[ids] * np.sqrt(self.config.d_model) + self.positions(len(ids))

    def attention(self, part: str, x: np.ndarray, y: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        heads, width = self.config.num_heads, self.config.d_head
        q, k, v = (self.linear(f"{part}.{name}_proj", z) for name, z in (("q", x), ("k", y), ("v", y)))
        mixed = []
        for head in (slice(h * width, (h + 1) * width) for h in range(heads)):
            scores = np.where(allowed, q[:, head] @ k[:, head].T / np.sqrt(width), -np.inf)
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            mixed.append(weights / weights.sum(-1, keepdims=True) @ v[:, head])
        return self.linear(f"{part}.out_proj", np.concatenate(mixed, -1))

    def feed_forward(self, part: str, x: np.ndarray) -> np.ndarray:
        hidden = np.maximum(0, self.linear(f"{part}.in_proj", x))
        self.seen.setdefault(part, {})["hidden"] = hidden
        return self.linear(f"{part}.out_proj", hidden)

    def sublayer(self, part: str, x: np.ndarray, *rest: Any) -> np.ndarray:
        """Wrap a sub-layer as the paper (post) or as Xiong et al. (pre) do, without what is left out."""
        normed = None
        has_norm = self.config.layer_norm and f"{part}_add_norm.norm" not in self.skipped
        pre, residual = self.config.norm_order == "pre", f"{part}_add_norm.residual" not in self.skipped
        read = x
        if pre and has_norm:
            read = normed = self.norm(f"{part}_add_norm.norm", x)
        added = np.zeros_like(x)
        if part not in self.skipped:
            if part.endswith("ffn"):
                added = self.feed_forward(part, read)
            else:
                added = self.attention(part, read, read if rest[0] is None else rest[0], rest[1])
        total = x + added if self.config.residual and residual else added
        out = total
        if not pre and has_norm:
            out = normed = self.norm(f"{part}_add_norm.norm", total)
        vectors = {"input": x, "added": added, "sum": total, "normed": normed, "output": out}
        self.seen.setdefault(part, {}).update({name: each for name, each in vectors.items() if each is not None})
        return out

    def final(self, side: str, x: np.ndarray) -> np.ndarray:
        if not (self.config.final_norm and self.config.layer_norm) or f"{side}.final_norm.norm" in self.skipped:
            return x
        out = self.norm(f"{side}_norm", x)
        self.seen[f"{side}.final_norm"] = {"input": x, "normed": out, "output": out}
        return out

    def logits(self, source: list[int], read: list[int]) -> np.ndarray:
        """Run encoder and decoder. Shapes: S and T ids → [T,V]"""
        real = (np.array(source) != PAD)[None]
        x = self.embed("source", np.array(source))
        for layer in (f"encoder.{n}" for n in range(self.config.num_encoder_layers)):
            if layer not in self.skipped:
                x = self.sublayer(f"{layer}.self_attn", x, None, real)
                x = self.sublayer(f"{layer}.ffn", x)
        memory = self.final("encoder", x)
        x, causal = self.embed("target", np.array(read)), np.ones((len(read), len(read)), dtype=bool)
        if self.config.autoregressive:
            causal = np.tril(causal)
        for layer in (f"decoder.{n}" for n in range(self.config.num_decoder_layers)):
            if layer not in self.skipped:
                x = self.sublayer(f"{layer}.self_attn", x, None, causal)
                x = self.sublayer(f"{layer}.cross_attn", x, memory, real)
                x = self.sublayer(f"{layer}.ffn", x)
        return self.final("decoder", x) @ self.weights["output.weight"].T + self.weights["output_bias"]
