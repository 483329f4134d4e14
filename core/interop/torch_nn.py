"""Our model as torch.nn has it, with the same weights, and back.

    theirs = to_torch(model)      # an nn.Transformer between nn.Embedding and nn.Linear
    logits = theirs(source, target)
    ours = from_torch(theirs)     # after training it elsewhere, say

In torch.nn a boolean mask is True where a query may NOT attend; in ours it is True where it may.
"""

from typing import Any

import torch
from torch import Tensor, nn

from core.config import ModelConfig
from core.interop import links
from core.layers import ACTIVATIONS
from core.model import Transformer
from core.positions import PositionalEncoding
from core.vocab import PAD


def inexpressible(config: ModelConfig) -> list[str]:
    """Return what of a configuration nn.Transformer cannot express, a sentence each; none if it can express all."""
    reasons = {
        f"nn.MultiheadAttention scores by the scaled dot product alone, not by {config.score!r}.": config.score
        != "scaled_dot",
        f"nn.MultiheadAttention normalises by softmax alone, not by {config.normalizer!r}.": config.normalizer
        != "softmax",
        "nn.MultiheadAttention has heads of width d_model / num_heads alone.": config.num_heads * config.d_head
        != config.d_model,
        "Layers of torch.nn always have residual connections.": not config.residual,
        "Layers of torch.nn always have LayerNorm.": not config.layer_norm,
        "Only a LayerNorm of one's own before nn.Transformer could normalise embeddings.": config.embedding_norm,
        "nn.Transformer's decoder reads the last encoder layer alone.": config.wiring != "last",
        "nn.Transformer has no classifier of the target's length.": config.decoder == "length",
    }
    return [reason for reason, holds in reasons.items() if holds]


class TorchTransformer(nn.Module):
    """An nn.Transformer with the embeddings, positions and output layer that it lacks.

    Raises: ValueError saying what torch.nn cannot express.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        if reasons := inexpressible(config):
            raise ValueError(" ".join(reasons))
        self.config = config
        self.source_embedding = nn.Embedding(config.source_vocab_size, config.d_model)
        self.target_embedding = self.source_embedding
        if config.tying != "all":
            self.target_embedding = nn.Embedding(config.target_vocab_size, config.d_model)
        self.source_position = position_table(config, config.max_source_len)
        self.target_position = position_table(config, config.max_target_len)
        self.dropout = nn.Dropout(config.dropout)
        self.transformer = stacks(config)
        self.output = nn.Linear(config.d_model, config.target_vocab_size)
        if config.tying != "none":
            self.output.weight = self.target_embedding.weight

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Return the logits of every next token, the decoder reading `target` (BEGIN first).

        Shapes: source [B,S], target [B,T], token ids, PAD where there is none → [B,T,V]
        """
        pads = source == PAD
        causal = self.config.autoregressive
        size = target.shape[1]
        ahead = torch.ones(size, size, dtype=torch.bool, device=target.device).triu(1) if causal else None
        hidden = self.transformer(
            self.embed(self.source_embedding, self.source_position, source),
            self.embed(self.target_embedding, self.target_position, target),
            tgt_mask=ahead,
            src_key_padding_mask=pads,
            tgt_key_padding_mask=None if causal else target == PAD,
            memory_key_padding_mask=pads,
            tgt_is_causal=causal,
        )
        return self.output(hidden)

    def embed(self, embedding: nn.Embedding, position: nn.Embedding | None, ids: Tensor) -> Tensor:
        """Look tokens up, scale them, add the encodings of their positions. Shapes: ids [B,L] → [B,L,D]"""
        x = embedding(ids) * self.config.embedding_scale
        if position is not None:
            x = x + position(torch.arange(ids.shape[1], device=ids.device))
        return self.dropout(x)


def position_table(config: ModelConfig, length: int) -> nn.Embedding | None:
    """Return a table of positions; sinusoids are not trained."""
    if config.position == "none":
        return None
    table = nn.Embedding(length, config.d_model)
    table.weight.requires_grad_(config.position == "learned")
    return table


def stacks(config: ModelConfig) -> nn.Transformer:
    """Return the two stacks, without the final norms that torch would add to them unasked."""
    layer: dict[str, Any] = {
        "d_model": config.d_model, "nhead": config.num_heads, "dim_feedforward": config.d_ff,
        "dropout": config.dropout, "activation": ACTIVATIONS[config.activation],
        "norm_first": config.norm_order == "pre", "batch_first": True,
    }  # fmt: skip

    def final_norm() -> nn.LayerNorm | None:
        return nn.LayerNorm(config.d_model) if config.final_norm else None

    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(**layer), config.num_encoder_layers, final_norm(), enable_nested_tensor=False
    )
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**layer), config.num_decoder_layers, final_norm())
    return nn.Transformer(
        config.d_model, config.num_heads, custom_encoder=encoder, custom_decoder=decoder, batch_first=True
    )


def to_torch(model: Transformer) -> TorchTransformer:
    """Return a model of torch.nn with a copy of the weights, in the same mode and precision.

    Raises: ValueError saying what torch.nn cannot express.
    """
    theirs = TorchTransformer(model.config).to(model.output_bias)
    links.copy(all_links(model, theirs))
    for ours, table in position_pairs(model, theirs):
        with torch.no_grad():
            table.weight.copy_(ours.table)
    return theirs.train(model.training)


def from_torch(theirs: TorchTransformer) -> Transformer:
    """Return a model of ours with a copy of the weights, in the same mode and precision."""
    model = Transformer(theirs.config).to(theirs.output.bias)
    links.copy_back(all_links(model, theirs))
    for ours, table in position_pairs(model, theirs):
        with torch.no_grad():
            ours.table.copy_(table.weight)
    return model.train(theirs.training)


def all_links(model: Transformer, theirs: TorchTransformer) -> list[links.Link]:
    """Return which parameter is which, but for positions."""
    found = [
        *links.transformer(model, theirs.transformer),
        *links.plain("source_embedding", model.source_embedding, theirs.source_embedding),
        *links.plain("target_embedding", model.target_embedding, theirs.target_embedding),
        links.Link("output_bias", model.output_bias, theirs.output.bias),
    ]
    if model.config.tying == "none":
        found.append(links.Link("output", model.output.weight, theirs.output.weight))
    return found


def position_pairs(model: Transformer, theirs: TorchTransformer) -> list[tuple[PositionalEncoding, nn.Embedding]]:
    """Return our positional encodings with torch's tables, where the model has any."""
    pairs = ((model.source_position, theirs.source_position), (model.target_position, theirs.target_position))
    return [(ours, table) for ours, table in pairs if table is not None]
