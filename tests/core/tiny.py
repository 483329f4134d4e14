"""Tiny models for the tests: every parameter random, every size different, so that mixed-up parts and axes show."""

import torch
from torch import Tensor, nn

from core.config import ModelConfig
from core.model import Transformer
from core.positions import PositionalEncoding, sinusoidal_encoding
from core.taps import Recorder
from core.vocab import END, PAD, SPECIALS

SIZES = {
    "source_vocab_size": 17, "target_vocab_size": 13, "d_model": 14, "num_heads": 3, "head_width": 5, "d_ff": 11,
    "num_encoder_layers": 3, "num_decoder_layers": 2, "max_source_len": 19, "max_target_len": 7,
}  # fmt: skip

VARIANTS = {
    "paper": {},
    "dot": {"score": "dot"},
    "additive, relu": {"score": "additive", "normalizer": "relu"},
    "sigmoid": {"normalizer": "sigmoid"},
    "pre-norm, final norm, gelu": {"norm_order": "pre", "final_norm": True, "activation": "gelu"},
    "learned, mixed": {"position": "learned", "wiring": "mixed"},
    "no positions": {"position": "none"},
    "halves, unscaled, silu": {"position": "halves", "scale_embedding": False, "activation": "silu"},
    "tensor2tensor, embedding norm": {"position": "tensor2tensor", "first_position": 2, "embedding_norm": True},
    "layerwise, final norm": {"wiring": "layerwise", "num_decoder_layers": 3, "final_norm": True},
    "no residual": {"residual": False},
    "no norm": {"layer_norm": False, "final_norm": True},
    "untied": {"tying": "none"},
    "all tied": {"tying": "all", "target_vocab_size": 17},
}


def config(**changes) -> ModelConfig:
    return ModelConfig(**{**SIZES, **changes})


def randomise(module: nn.Module, seed: int, spread: float = 0.4) -> None:
    """Draw every parameter on its own, norms and biases too."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        center = 1.0 if name.endswith("norm.weight") else 0.0
        nn.init.normal_(parameter, center, spread, generator=generator)


def model(seed: int = 0, dtype: torch.dtype = torch.float64, **changes) -> Transformer:
    """Build a frozen model of the sizes above, changed as given."""
    built = Transformer(config(**changes), torch.Generator().manual_seed(seed))
    randomise(built, seed)
    built = built.to(dtype).eval().requires_grad_(False)
    for module in built.modules():
        if isinstance(module, PositionalEncoding) and module.kind == "sinusoidal":
            module.table = sinusoidal_encoding(torch.arange(module.max_len), module.d_model).to(dtype)
    return built


def stopping_model(seed: int = 0, push: float = 2.0, **changes) -> Transformer:
    """Build a model that heeds positions and likes END, so that its outputs end after various lengths."""
    built = model(seed, position="learned", tying="none", **changes)
    built.target_position.table *= 6
    built.output_bias[END] += push
    return built


def ids(*lengths: int, seed: int = 0, vocab_size: int = 13) -> Tensor:
    """Draw rows of ordinary symbols of these lengths, padded to the longest. Shapes: → [B,L]"""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(len(SPECIALS), vocab_size, (len(lengths), max(lengths)), generator=generator)
    for row, length in zip(rows, lengths, strict=True):
        row[length:] = PAD
    return rows


def weights_of(records: Recorder, side: str, attention: str, layers: int) -> Tensor:
    """Stack one attention's recorded weights over the layers. Shapes: → [L,B,H,Q,K]"""
    return torch.stack([records.records[f"{side}.{layer}.{attention}.weights"] for layer in range(layers)])


def worst(one: Tensor, other: Tensor) -> float:
    """Return the largest difference, NaN if any."""
    assert one.shape == other.shape, f"{tuple(one.shape)} and {tuple(other.shape)}"
    return float((one - other).abs().max())
