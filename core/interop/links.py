"""Which parameter of ours is which (part of a) parameter of torch.nn: to copy weights and to compare gradients.

copy(transformer(model, theirs))  # torch.nn gets our weights
copy_back(transformer(model, theirs))  # we get torch.nn's
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from core.attention import MultiHeadAttention
from core.layers import DecoderLayer, EncoderLayer, Norm
from core.model import Transformer


@dataclass(frozen=True, eq=False)
class Link:
    """Say that `ours` is these rows of `theirs`."""

    name: str
    ours: Tensor
    theirs: Tensor
    rows: slice = field(default_factory=lambda: slice(None))


def copy(links: Iterable[Link]) -> None:
    """Give torch our weights."""
    with torch.no_grad():
        for link in links:
            link.theirs[link.rows] = link.ours


def copy_back(links: Iterable[Link]) -> None:
    """Take torch's weights."""
    with torch.no_grad():
        for link in links:
            link.ours.copy_(link.theirs[link.rows])


def gradients(links: Iterable[Link]) -> list[tuple[str, Tensor, Tensor]]:
    """List (name, our gradient, torch's gradient)."""
    found = []
    for link in links:
        ours, theirs = link.ours.grad, link.theirs.grad
        assert ours is not None and theirs is not None, f"{link.name} has no gradient yet"
        found.append((link.name, ours, theirs[link.rows]))
    return found


def plain(name: str, ours: nn.Module, theirs: nn.Module) -> list[Link]:
    """Link modules whose parameters have the same names."""
    return [
        Link(f"{name}.{part}", parameter, theirs.get_parameter(part)) for part, parameter in ours.named_parameters()
    ]


def attention(name: str, ours: MultiHeadAttention, theirs: nn.MultiheadAttention) -> list[Link]:
    """Link attention; torch stacks the three input projections in one parameter."""
    links = plain(f"{name}.out_proj", ours.out_proj, theirs.out_proj)
    width = theirs.embed_dim
    for index, part in enumerate(("q_proj", "k_proj", "v_proj")):
        rows = slice(index * width, (index + 1) * width)
        projection = getattr(ours, part)
        links.append(Link(f"{name}.{part}.weight", projection.weight, theirs.in_proj_weight, rows))
        links.append(Link(f"{name}.{part}.bias", projection.bias, theirs.in_proj_bias, rows))
    return links


def norm(name: str, ours: Norm, theirs: nn.LayerNorm) -> list[Link]:
    """Link a norm of a layer, or the final one."""
    assert ours.layer_norm is not None, "what torch.nn cannot express comes no further than its constructor"
    return plain(name, ours.layer_norm, theirs)


def encoder_layer(name: str, ours: EncoderLayer, theirs: nn.TransformerEncoderLayer) -> list[Link]:
    """Link a layer of the encoder."""
    return [
        *attention(f"{name}.self_attn", ours.self_attn, theirs.self_attn),
        *plain(f"{name}.ffn.in_proj", ours.ffn.in_proj, theirs.linear1),
        *plain(f"{name}.ffn.out_proj", ours.ffn.out_proj, theirs.linear2),
        *norm(f"{name}.norm1", ours.self_attn_add_norm.norm, theirs.norm1),
        *norm(f"{name}.norm2", ours.ffn_add_norm.norm, theirs.norm2),
    ]


def decoder_layer(name: str, ours: DecoderLayer, theirs: nn.TransformerDecoderLayer) -> list[Link]:
    """Link a layer of the decoder."""
    return [
        *attention(f"{name}.self_attn", ours.self_attn, theirs.self_attn),
        *attention(f"{name}.cross_attn", ours.cross_attn, theirs.multihead_attn),
        *plain(f"{name}.ffn.in_proj", ours.ffn.in_proj, theirs.linear1),
        *plain(f"{name}.ffn.out_proj", ours.ffn.out_proj, theirs.linear2),
        *norm(f"{name}.norm1", ours.self_attn_add_norm.norm, theirs.norm1),
        *norm(f"{name}.norm2", ours.cross_attn_add_norm.norm, theirs.norm2),
        *norm(f"{name}.norm3", ours.ffn_add_norm.norm, theirs.norm3),
    ]


def transformer(ours: Transformer, theirs: nn.Transformer) -> list[Link]:
    """Link the stacks, with their final norms where there are any; torch has no embeddings and no output layer."""
    links = [] if ours.encoder_norm is None else norm("encoder_norm", ours.encoder_norm, theirs.encoder.norm)
    links += [] if ours.decoder_norm is None else norm("decoder_norm", ours.decoder_norm, theirs.decoder.norm)
    for index, (our_layer, their_layer) in enumerate(zip(ours.encoder, theirs.encoder.layers, strict=True)):
        links += encoder_layer(f"encoder.{index}", cast(EncoderLayer, our_layer), their_layer)
    for index, (our_layer, their_layer) in enumerate(zip(ours.decoder, theirs.decoder.layers, strict=True)):
        links += decoder_layer(f"decoder.{index}", cast(DecoderLayer, our_layer), their_layer)
    return links
