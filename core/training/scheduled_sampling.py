"""Scheduled sampling: in training, the decoder reads some tokens of its own in place of the reference's."""

import math
import random
from dataclasses import replace

import torch
from torch import Tensor

from core.model import Transformer
from core.training.batches import Batch
from core.training.output_loss import at_least_float32
from core.training.recipe import Recipe
from core.vocab import PAD, SPECIALS

LARGEST_EXPONENT = 700.0  # exp of more is no float; the share is 0 long before


def reference_share(recipe: Recipe, step: int) -> float:
    """Return ε, the probability that the decoder reads the reference's token, after `step` updates.

    With k the recipe's `sampling_k`: linear is k − `sampling_slope` · step, at least `sampling_floor`; exponential is
    k^step; inverse_sigmoid is k / (k + exp(step / k)). Never more than 1.

    Source: Bengio et al. 2015, § 2.4.
    """
    k = recipe.sampling_k
    match recipe.sampling:
        case "none":
            return 1.0
        case "linear":
            return min(1.0, max(recipe.sampling_floor, k - recipe.sampling_slope * step))
        case "exponential":
            return k**step
        case "inverse_sigmoid":
            return k / (k + math.exp(min(step / k, LARGEST_EXPONENT)))


def batch_as_read(model: Transformer, batch: Batch, recipe: Recipe, step: int) -> Batch:
    """Return the batch as the decoder reads it after `step` updates: with probability 1 − ε its own token.

    A first pass, without gradient and without dropout, reads the reference and predicts; the loss comes from a second
    pass over what is returned. What is replaced, and by what, depends on the recipe's seed and the step alone.

    Source: Mihaylova & Martins 2019, § 3 (two passes of a Transformer); Bengio et al. 2015.
    """
    share = reference_share(recipe, step)
    if share == 1:
        return batch
    # By way of a hash, since torch heeds 32 bits of a seed only.
    drawn = random.Random(f"sampling-{recipe.seed}-{step}").getrandbits(32)
    generator = torch.Generator().manual_seed(drawn)
    training = model.training
    model.eval()
    # An autocast of its own: weights that it keeps cast without gradient must not serve the pass that learns.
    with torch.no_grad(), torch.autocast(model.device.type, torch.bfloat16, enabled=recipe.bf16):
        logits = model(batch.source, batch.read, **recipe.masking())
    model.train(training)
    return replace(batch, read=mix_tokens(batch.read, logits, share, recipe.sampling_draw == "sampled", generator))


def mix_tokens(read: Tensor, logits: Tensor, share: float, sampled: bool, generator: torch.Generator) -> Tensor:
    """Keep each token read with probability `share`, else put what was predicted for its place, likeliest or sampled.

    BEGIN and PAD stay. No special symbol is put in, since a decoder that writes END reads nothing after it.

    Shapes: read [B,T], BEGIN first, logits [B,T,V] → [B,T]
    """
    ordinary = at_least_float32(logits[:, :-1]).clone()
    ordinary[..., : len(SPECIALS)] = -torch.inf
    if sampled:
        probs = ordinary.softmax(-1).to(generator.device)
        own = torch.multinomial(probs.flatten(0, 1), 1, generator=generator).view(probs.shape[:2]).to(read.device)
    else:
        own = ordinary.argmax(-1)
    after_begin = read[:, 1:]
    kept = torch.rand(after_begin.shape, generator=generator).to(read.device) < share
    keep = kept | (after_begin == PAD)
    return torch.cat((read[:, :1], torch.where(keep, after_begin, own)), dim=1)
