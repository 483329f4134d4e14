"""The contribution of each head to the output of its attention, through its slice of W^O."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.trace_weights import allowed_of, recorded
from core.attention import MultiHeadAttention
from core.model import Transformer
from core.switches import AttentionKind, site_of
from core.trace import Trace


@dataclass(frozen=True, eq=False)
class HeadContributions:
    """Hold the terms whose sum is an attention's output: one a head, and the bias of W^O.

    Shapes: vectors [H,Q,D], bias [D], output [Q,D]
    """

    vectors: Tensor
    bias: Tensor
    output: Tensor

    @property
    def norms(self) -> Tensor:
        """Return how long each head's term is. Shapes: → [H,Q], 2-norms"""
        return self.vectors.norm(dim=-1)

    @property
    def shares(self) -> Tensor:
        """Return how much of the output lies along each head's term; negative where the head pulls against the rest.

        With the bias's own share they sum to 1. An output of zeros has no shares (NaN).

        Shapes: → [H,Q]
        """
        return (self.vectors * self.output).sum(-1) / self.output.square().sum(-1)


def contributions(attention: MultiHeadAttention, head_outputs: Tensor) -> Tensor:
    """Send each head's output through its own columns of W^O.

    Shapes: head_outputs [B,H,Q,d] → [B,H,Q,D]
    Source: Vaswani et al. 2017, § 3.2.2: [o¹; …; o^H] W^O = Σ_h o^h W^O_h.
    """
    slices = attention.out_proj.weight.unflatten(1, (attention.num_heads, attention.d_head))
    return torch.einsum("bhqd,nhd->bhqn", head_outputs, slices)


@torch.inference_mode()
def head_contributions(model: Transformer, trace: Trace, attention: AttentionKind, layer: int) -> HeadContributions:
    """Take one attention's output of a run apart into what its heads added.

    Raises: ValueError if the run left that attention out, or the model has none there.
    """
    site = site_of(attention, layer)
    found = recorded(model, trace, lambda name: name in (f"{site}.head_outputs", f"{site}.output"))
    if not found:
        raise ValueError(f"nothing was computed at {site} in this run")
    module = attention_at(model, site)
    vectors = contributions(module, found[f"{site}.head_outputs"][None])[0]
    return HeadContributions(vectors, module.out_proj.bias, found[f"{site}.output"])


def attention_at(model: Transformer, site: str) -> MultiHeadAttention:
    """Return the attention at a site."""
    module = model.get_submodule(site)
    assert isinstance(module, MultiHeadAttention), f"there is no attention at {site}"
    return module


@torch.inference_mode()
def mean_norms(model: Transformer, trace: Trace, attention: AttentionKind) -> Tensor:
    """Measure how long the term of every head of one attention is, averaged over the rows of tokens.

    A layer that the run left out has NaN.

    Shapes: → [L,H], 2-norms
    """
    config = model.config
    layers = config.num_encoder_layers if attention == "encoder" else config.num_decoder_layers
    sites = [site_of(attention, layer) for layer in range(layers)]
    found = recorded(model, trace, lambda name: name.endswith(".head_outputs"))
    rows = allowed_of(trace, attention).any(-1)
    norms = torch.full((layers, config.num_heads), torch.nan)
    for layer, site in enumerate(sites):
        if f"{site}.head_outputs" in found:
            vectors = contributions(attention_at(model, site), found[f"{site}.head_outputs"][None])[0]
            # A parallel run that was cut at END computed more rows than it has.
            norms[layer] = vectors[:, : len(rows)][:, rows].norm(dim=-1).mean(-1)
    return norms
