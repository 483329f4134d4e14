"""Attention of many decodes, and what their tokens hang on: weights, gradients and rollout of a whole batch."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.attention.alignment import agreement, argmax_links
from core.analysis.attention.rollout import memory_shares, rollout
from core.analysis.attention.weight_gradients import Nudge
from core.decoding import decode_batch
from core.model import Transformer
from core.switches import AttentionKind, Switches, run_decoder, run_encoder, site_of
from core.taps import Recorder, VisitedTap
from core.training.batches import pad
from core.vocab import BEGIN, PAD

PLAIN = Switches()


@dataclass(frozen=True, eq=False)
class BatchWeights:
    """Hold a batch's own outputs, and the weights and gradients behind them; rows beyond END do not count.

    Shapes: tokens, counted [B,T]; weights, gradients [L,B,H,T,S]; rolled [B,T,S]; allowed [B,S] boolean
    """

    tokens: Tensor
    counted: Tensor
    weights: Tensor
    gradients: Tensor
    rolled: Tensor
    allowed: Tensor


def run_batch(model: Transformer, source: Tensor) -> BatchWeights:
    """Decode a batch greedily, then read off its weights and differentiate each row by its own.

    Shapes: source [B,S]
    """
    tokens = pad(decode_batch(model, source))
    read = torch.cat((torch.full((len(source), 1), BEGIN), tokens[:, :-1]), dim=1)
    nudge, recorder = Nudge(), Recorder(lambda site: site.endswith("_attn.weights"))
    with torch.inference_mode(False), torch.enable_grad():
        tap = VisitedTap((nudge, recorder))
        memories = run_encoder(model, source, PLAIN, tap)
        log_probs = model.logits(run_decoder(model, source, read, memories, PLAIN, tap), tap).log_softmax(-1)
        rows = [
            nudge.gradients(log_probs[:, row].amax(-1).sum(), keep=row + 1 < read.shape[1])[:, :, :, row]
            for row in range(read.shape[1])
        ]

    def stacked(attention: AttentionKind, layers: int) -> Tensor:
        return torch.stack([recorder.records[f"{site_of(attention, layer)}.weights"] for layer in range(layers)])

    decoder, weights = model.config.num_decoder_layers, torch.stack(list(nudge.weights.values()))
    encoder, own = stacked("encoder", model.config.num_encoder_layers), stacked("self", decoder)
    rolled = rollout(model.config, encoder, own, weights, memory_shares(model)).source
    return BatchWeights(tokens, tokens != PAD, weights, torch.stack(rows, dim=3), rolled, source != PAD)


def method_agreement(batch: BatchWeights) -> Tensor:
    """Return how often the methods of alignment agree, averaged over layers and heads. Shapes: → [4,4]"""
    allowed, found = batch.allowed[:, None], []
    rolled = argmax_links(batch.rolled, allowed)
    for weights, gradients in zip(batch.weights, batch.gradients, strict=True):
        mean, products = argmax_links(weights.mean(1), allowed), argmax_links((weights * gradients).sum(1), allowed)
        for head in range(weights.shape[1]):
            own = argmax_links(weights[:, head], allowed)
            found.append(agreement((own, mean, rolled, products), batch.counted))
    return torch.stack(found).mean(0)
