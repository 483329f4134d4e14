"""A model of ours in Marian's layout: config.json and model.safetensors, which MarianMTModel.from_pretrained reads."""

import json
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from core.config import ModelConfig
from core.interop.huggingface.folder import WEIGHTS
from core.interop.huggingface.weights import BIAS, OUTPUT, SHARED, SOURCE, TARGET, their_name
from core.model import Transformer
from core.sentences import Refusal, Sentence
from core.vocab import BEGIN, END, PAD


def inexpressible(config: ModelConfig) -> list[Sentence]:
    """Return what of a configuration Marian's layout cannot express, a sentence each; none if it can express all."""
    reasons = {
        "norm_order": config.norm_order != "post",
        "score": config.score != "scaled_dot",
        "normalizer": config.normalizer != "softmax",
        "head_width": config.num_heads * config.d_head != config.d_model,
        "residual": not config.residual,
        "layer_norm": not config.layer_norm,
        "final_norm": config.final_norm,
        "embedding_norm": config.embedding_norm,
        "position": config.position not in ("sinusoidal", "halves"),
        "wiring": config.wiring != "last",
        "decoder": not config.autoregressive,
    }
    return [Sentence(f"refusal.marian_{part}") for part, holds in reasons.items() if holds]


def save_marian(folder: str | PathLike[str], model: Transformer) -> None:
    """Write a model in Marian's layout, in float32; its tokens keep their numbers.

    Sinusoids have sine beside cosine here and are in halves there: the model's dimensions are put in that order.

    Raises: Refusal saying the first thing that Marian cannot express; OSError if it cannot be written.
    """
    if reasons := inexpressible(model.config):
        raise Refusal("refusal.marian", why=reasons[0])
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    configuration = marian_config(model.config)
    (path / "config.json").write_text(json.dumps(configuration, indent=2), encoding="utf-8")
    rules = {name: value for name, value in configuration.items() if name.endswith("_token_id")}
    rules |= {"bad_words_ids": [[number] for number in model.config.never_written] or None}
    rules |= {"max_length": model.config.max_target_len + 1}  # there BEGIN counts
    rules = {name: value for name, value in rules.items() if value is not None}
    (path / "generation_config.json").write_text(json.dumps(rules, indent=2), encoding="utf-8")
    save_file(marian_weights(model), path / WEIGHTS, metadata={"format": "pt"})


def marian_config(config: ModelConfig) -> dict[str, Any]:
    """Return the configuration as MarianConfig has it."""
    return {
        "model_type": "marian", "architectures": ["MarianMTModel"], "is_encoder_decoder": True,
        "vocab_size": config.source_vocab_size, "decoder_vocab_size": config.target_vocab_size,
        "d_model": config.d_model, "encoder_layers": config.num_encoder_layers,
        "decoder_layers": config.num_decoder_layers, "encoder_attention_heads": config.num_heads,
        "decoder_attention_heads": config.num_heads, "encoder_ffn_dim": config.d_ff, "decoder_ffn_dim": config.d_ff,
        "max_position_embeddings": max(config.max_source_len, config.max_target_len), "dropout": config.dropout,
        "activation_function": config.activation, "scale_embedding": config.scale_embedding,
        "share_encoder_decoder_embeddings": config.tying == "all", "tie_word_embeddings": config.tying != "none",
        "pad_token_id": PAD, "eos_token_id": END, "decoder_start_token_id": BEGIN, "bos_token_id": None,
        "forced_bos_token_id": config.first_token, "forced_eos_token_id": None,
    }  # fmt: skip


def marian_weights(model: Transformer) -> dict[str, Tensor]:
    """Return the weights by Marian's names, with the model's dimensions in halves."""
    order = torch.arange(model.config.d_model)
    if model.config.position == "sinusoidal":
        order = torch.cat((order[0::2], order[1::2]))
    found = {}
    for name, weight in model.named_parameters():
        theirs = their_name(name)
        if theirs is not None:
            found[theirs] = in_order(name, weight, order)
    tables = {SOURCE: model.source_embedding, TARGET: model.target_embedding}
    if model.config.tying == "all":
        tables = {SHARED: model.source_embedding}
    if model.config.tying == "none":
        tables[OUTPUT] = model.output
    found |= {name: table.weight[:, order] for name, table in tables.items()}
    found[BIAS] = model.output_bias[None]
    return {name: weight.detach().float().cpu().contiguous().clone() for name, weight in found.items()}


def in_order(name: str, weight: Tensor, order: Tensor) -> Tensor:
    """Put those axes of a weight that are the model's dimensions in another order."""
    part, kind = name.split(".")[-2:]
    if part in ("layer_norm", "out_proj"):  # they write the model's dimensions; the others read them
        return weight[order]
    return weight[:, order] if kind == "weight" else weight
