"""Attention rollout: what arrives where, if every layer passes tokens on in proportion to its weights."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.trace_weights import recorded
from core.config import ModelConfig
from core.model import Transformer
from core.switches import AttentionKind, site_of
from core.trace import Trace


def mixed_in(weights: Tensor, residual: bool) -> Tensor:
    """Return one layer's share of each key in each output: the mean over heads, half of it left to the residual.

    A row is divided by its sum, which matters where weights need not sum to 1; a row without any weight passes its own
    token on.

    Shapes: weights […,H,L,L] → […,L,L]
    Source: Abnar & Zuidema 2020, § 3: A = 0.5 W + 0.5 I, re-normalised.
    """
    same = torch.eye(weights.shape[-1], dtype=weights.dtype)
    mean = row_shares(weights.mean(-3), same)
    return 0.5 * mean + 0.5 * same if residual else mean


def row_shares(weights: Tensor, fallback: Tensor) -> Tensor:
    """Divide each row by its sum; a row that sums to 0 becomes that of `fallback`. Shapes: […,Q,K] → […,Q,K]"""
    total = weights.sum(-1, keepdim=True)
    return torch.where(total > 0, weights / total.masked_fill(total == 0, 1), fallback)


@dataclass(frozen=True, eq=False)
class Rollout:
    """Say of what each output of the decoder is mixed, if a layer adds up tokens in proportion to its weights.

    The two shares of a row sum to 1.

    Shapes: source […,T,S], target […,T,T]
    """

    source: Tensor
    target: Tensor


def rollout(config: ModelConfig, encoder: Tensor, self_weights: Tensor, cross: Tensor, shares: Tensor) -> Rollout:
    """Multiply the layers' shares through both stacks.

    The encoder: E_l = A_l E_{l−1} from E_0 = I. What decoder layer i reads of the source: M_i = Σ_j shares_ij E_j.
    The decoder: X_i = A_i X_{i−1} from X_0 = [0 | I], source and target side by side; then cross-attention's residual
    by the same rule, X_i ← 0.5 X_i + 0.5 [W_i M_i | 0], W_i the mean over heads, re-normalised.

    Shapes: encoder [L,…,H,S,S], self_weights [L',…,H,T,T], cross [L',…,H,T,S], shares [L',L]
    Raises: ValueError if a layer was left out of the run, and so has no weights.
    Source: Abnar & Zuidema 2020, § 3, for one stack; joined at cross-attention as in Ferrando et al. 2022 (ALTI+), who
        take other shares.
    """
    if any(bool(weights.isnan().any()) for weights in (encoder, self_weights, cross)):
        raise ValueError("a layer was left out of this run: there are no weights to roll out through it")
    reached = [torch.eye(encoder.shape[-1], dtype=encoder.dtype).expand(encoder.shape[1:-3] + encoder.shape[-2:])]
    for weights in encoder:
        reached.append(mixed_in(weights, config.residual) @ reached[-1])
    outputs = torch.stack(reached[1:])
    length, source_len = cross.shape[-2:]
    of_source = cross.new_zeros(*cross.shape[1:-3], length, source_len)
    of_target = torch.eye(length, dtype=cross.dtype).expand(*cross.shape[1:-3], length, length)
    for layer in range(len(cross)):
        mixing = mixed_in(self_weights[layer], config.residual)
        of_source, of_target = mixing @ of_source, mixing @ of_target
        memory = torch.tensordot(shares[layer].to(outputs.dtype), outputs, dims=1)
        taken = cross[layer].mean(-3)
        half = 0.5 if config.residual else 0.0
        # A query that attends to nothing adds nothing: all of it is what the residual kept.
        kept = torch.where(taken.sum(-1, keepdim=True) > 0, half, 1.0)
        added = row_shares(taken, torch.zeros_like(taken)) @ memory
        of_source, of_target = kept * of_source + (1 - kept) * added, kept * of_target
    return Rollout(of_source, of_target)


def memory_shares(model: Transformer) -> Tensor:
    """Return how much of each encoder layer's output every decoder layer's memory holds.

    Shapes: → [decoder layers, encoder layers], rows sum to 1
    """
    decoder, encoder = model.config.num_decoder_layers, model.config.num_encoder_layers
    if model.config.wiring == "mixed":
        return model.mix_logits.detach().softmax(-1)
    if model.config.wiring == "layerwise":
        return torch.eye(encoder)
    return torch.eye(encoder)[-1:].repeat(decoder, 1)


def rollout_of(model: Transformer, trace: Trace) -> Rollout:
    """Roll out a run, over all that the decoder read.

    Without the causal mask these are the weights after the last token.

    Raises: ValueError if the run left a layer out.
    """
    found = recorded(model, trace, lambda site: site.endswith("_attn.weights"))

    def stacked(attention: AttentionKind, layers: int) -> Tensor:
        names = [f"{site_of(attention, layer)}.weights" for layer in range(layers)]
        if missing := [name for name in names if name not in found]:
            raise ValueError(f"this run has no {missing[0]}: there is nothing to roll out through it")
        return torch.stack([found[name] for name in names])

    config, rows = model.config, len(trace.steps)
    decoder = config.num_decoder_layers
    rolled = rollout(
        config, stacked("encoder", config.num_encoder_layers), stacked("self", decoder), stacked("cross", decoder),
        memory_shares(model),
    )  # fmt: skip
    return Rollout(rolled.source[:rows], rolled.target[:rows])
