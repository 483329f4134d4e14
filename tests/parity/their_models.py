"""Random tiny models of Hugging Face's families, saved as transformers saves them."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

transformers = pytest.importorskip("transformers", reason="transformers is not installed: requirements-hf.txt")
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

LONGEST = 24
FAMILIES: dict[str, dict[str, Any]] = {
    "marian": {},
    "marian, two vocabularies": {"share_encoder_decoder_embeddings": False, "decoder_vocab_size": 31},
    "marian, untied": {"tie_word_embeddings": False},
    "bart": {},
    "bart, untied": {"tie_word_embeddings": False},
    "mbart": {"decoder_start_token_id": 5},
    "mbart-50": {"decoder_start_token_id": 2, "forced_bos_token_id": 6},
    "m2m_100": {"forced_bos_token_id": 7},
}
CLASSES = {
    "marian": (transformers.MarianConfig, transformers.MarianMTModel),
    "bart": (transformers.BartConfig, transformers.BartForConditionalGeneration),
    "mbart": (transformers.MBartConfig, transformers.MBartForConditionalGeneration),
    "mbart-50": (transformers.MBartConfig, transformers.MBartForConditionalGeneration),
    "m2m_100": (transformers.M2M100Config, transformers.M2M100ForConditionalGeneration),
}


def their_model(family: str, seed: int, **changes: Any) -> Any:
    """Build a random model; every parameter is drawn on its own, and END is likely enough for outputs to end."""
    draw = random.Random(seed)
    heads, width = draw.choice(((1, 6), (2, 4), (3, 6), (4, 2)))
    rows = draw.choice((17, 29))
    kind = family.split(",")[0]
    special = {"pad_token_id": rows - 1, "decoder_start_token_id": rows - 1} if kind == "marian" else {}
    config_class, model_class = CLASSES[kind]
    feed_forward = draw.choice((5, 11))
    config = config_class(**special | {
        "vocab_size": rows, "d_model": heads * width, "encoder_attention_heads": heads,
        "decoder_attention_heads": heads, "encoder_ffn_dim": feed_forward, "decoder_ffn_dim": feed_forward,
        "encoder_layers": draw.choice((1, 2, 3)), "decoder_layers": draw.choice((1, 2, 3)),
        "max_position_embeddings": LONGEST, "activation_function": draw.choice(("relu", "gelu", "silu", "swish")),
        "scale_embedding": draw.random() < 0.5, "forced_eos_token_id": None,
    } | FAMILIES[family] | changes)  # fmt: skip
    model = model_class(config).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, weight in (*model.named_parameters(), *model.named_buffers()):
        if "embed_positions" in name and kind in ("marian", "m2m_100"):
            continue
        centre = float("norm" in name and name.endswith("weight"))
        nn.init.normal_(weight, centre, 0.5, generator=generator)
    if hasattr(model, "final_logits_bias"):
        model.final_logits_bias[0, config.eos_token_id] += 3
    model.generation_config.bad_words_ids = [[config.pad_token_id], [rows // 2]]
    return model


def saved(model: Any, folder: Path) -> Path:
    """Save a model as its users do."""
    model.save_pretrained(folder)
    return folder


def their_batch(model: Any, lengths: list[int], seed: int, target: bool = False) -> Tensor:
    """Draw rows of ordinary ids of these lengths, padded to the longest. Shapes: → [B,L]"""
    config = model.config
    size = getattr(config, "decoder_vocab_size", config.vocab_size) if target else config.vocab_size
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(0, size - 1, (len(lengths), max(lengths)), generator=generator)
    rows[rows == config.pad_token_id] = 3
    for row, length in zip(rows, lengths, strict=True):
        row[length:] = config.pad_token_id
    return rows
