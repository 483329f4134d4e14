"""The paper's Transformer in plain NumPy, read from a checkpoint's file: what the pages show is held against it."""

from functools import cache

import numpy as np
from safetensors.numpy import load_file

from core import checkpoint, paths
from core.tasks import get_task
from core.vocab import BEGIN, END

EPSILON = 1e-5


@cache
def sinusoid(p: float, width: int) -> tuple[float, ...]:
    """Encode a position as in § 3.5 of the paper."""
    angles = [p / 10_000 ** (2 * i / width) for i in range(width // 2)]
    return tuple(wave(angle) for angle in angles for wave in (np.sin, np.cos))


def sinusoids(positions: np.ndarray, width: int) -> np.ndarray:
    """Encode positions; each is computed once, since decoding asks for them at every step."""
    return np.array([sinusoid(p, width) for p in positions]).reshape(len(positions), width)


class Numpy:
    """Run a model of the shipped folder: post-norm, softmax, ReLU, as in the paper."""

    def __init__(self, name: str) -> None:
        path = paths.checkpoint_path(name)
        self.weights = {key: value.astype(float) for key, value in load_file(path).items()}
        self.about = checkpoint.read_metadata(path)
        self.config, self.task = self.about.config, get_task(self.about.task)
        self.scale = np.sqrt(self.config.d_model)
        assert (self.config.norm_order, self.config.normalizer, self.config.score) == ("post", "softmax", "scaled_dot")

    def ids(self, text: str) -> list[int]:
        """Return the ids of a source."""
        return self.about.source_vocab.encode(self.task.source_tokens(text))

    def table(self, side: str, positions: np.ndarray) -> np.ndarray | float:
        """Return the encodings of positions, 0 of a model without."""
        if self.config.position == "none":
            return 0.0
        if self.config.position == "learned":
            return self.weights[f"{side}_position.table"][positions]
        return sinusoids(positions, self.config.d_model)

    def linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return scaled * self.weights[f"{name}.norm.layer_norm.weight"] + self.weights[f"{name}.norm.layer_norm.bias"]

    def attention(self, name: str, x: np.ndarray, memory: np.ndarray, causal: bool = False) -> np.ndarray:
        q, k, v = (self.linear(f"{name}.{part}_proj", y) for part, y in (("q", x), ("k", memory), ("v", memory)))
        width, heads = self.config.d_head, []
        for start in range(0, q.shape[1], width):
            own = slice(start, start + width)
            scores = q[:, own] @ k[:, own].T / np.sqrt(width)
            if causal:
                scores[np.triu_indices(len(scores), 1)] = -np.inf
            strengths = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(strengths / strengths.sum(-1, keepdims=True) @ v[:, own])
        return self.linear(f"{name}.out_proj", np.concatenate(heads, axis=1))

    def feed_forward(self, name: str, x: np.ndarray) -> np.ndarray:
        return self.linear(f"{name}.out_proj", np.maximum(0, self.linear(f"{name}.in_proj", x)))

    def encode(self, ids: list[int], positions: np.ndarray | None) -> list[np.ndarray]:
        """Return the output of every encoder layer; positions of None are switched off."""
        x = self.weights["source_embedding.weight"][ids] * self.scale
        x = x if positions is None else x + self.table("source", positions)
        outputs = []
        for n in range(self.config.num_encoder_layers):
            layer = f"encoder.{n}"
            x = self.norm(f"{layer}.self_attn_add_norm", x + self.attention(f"{layer}.self_attn", x, x))
            x = self.norm(f"{layer}.ffn_add_norm", x + self.feed_forward(f"{layer}.ffn", x))
            outputs.append(x)
        return outputs

    def written(self, ids: list[int], *, on: bool = True, source_shift: int = 0, target_shift: int = 0) -> str:
        """Decode greedily, everything anew for every token, up to END or to where the positions end."""
        memory = self.encode(ids, np.arange(len(ids)) + source_shift if on else None)[-1]
        longest = self.config.max_target_len - (target_shift if self.config.position == "learned" else 0)
        tokens = [BEGIN]
        while tokens[-1] != END and len(tokens) <= longest:
            x = self.weights["target_embedding.weight"][tokens] * self.scale
            x = x + self.table("target", np.arange(len(tokens)) + target_shift) if on else x
            for n in range(self.config.num_decoder_layers):
                layer = f"decoder.{n}"
                own = self.attention(f"{layer}.self_attn", x, x, causal=True)
                x = self.norm(f"{layer}.self_attn_add_norm", x + own)
                x = self.norm(f"{layer}.cross_attn_add_norm", x + self.attention(f"{layer}.cross_attn", x, memory))
                x = self.norm(f"{layer}.ffn_add_norm", x + self.feed_forward(f"{layer}.ffn", x))
            logits = x[-1] @ self.weights["target_embedding.weight"].T + self.weights["output_bias"]
            tokens.append(int(logits.argmax()))
        return self.task.target_text(self.about.target_vocab.decode(tokens[1:]))
