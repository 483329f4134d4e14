"""How often a token changes when weights of the cross-attention are set to zero, over many held-out sources.

At every step of what a model writes, one source token loses its weight: in one head, in all heads of a layer, in all
layers; it is the token with the largest weight, a random other one, or the one that gradient × attention names. The
other weights stay as they are. Nothing else is changed, and the next step begins anew.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any

import torch

from core.analysis.attention.alignment import METHODS
from core.analysis.attention.erasure import CHOICES, ErasureCounts, scopes, try_erasures
from core.config import ModelConfig
from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import pad
from core.vocab import Vocabulary

BATCH = 64
KINDS = ("head", "layer", "all")


def measure(
    model: Transformer, task: Task, source_vocab: Vocabulary, examples: Sequence[Example], batch: int = BATCH,
    seed: int = 0,
) -> Iterator[ErasureCounts]:  # fmt: skip
    """Try every erasure on every step of a model's own outputs, one batch of sources at a time.

    Raises: ValueError if the model writes all positions at once: then there are no steps.
    """
    if not model.config.autoregressive:
        raise ValueError("this model writes all positions at once: there is no next token to look at")
    for start in range(0, len(examples), batch):
        rows = [source_vocab.encode(task.source_tokens(each.source)) for each in examples[start : start + batch]]
        yield try_erasures(model, pad(rows), torch.Generator().manual_seed(seed + start))


def summary(config: ModelConfig, tallies: Sequence[ErasureCounts]) -> dict[str, Any]:
    """Return shares over all steps: a row for each kind of scope and way of choosing, the heads one by one, agreement.

    Units: shares from 0 to 1; `weight` is the mean taken from a head, `lost` the mean loss of the token's probability

    Raises: ValueError if nothing was measured.
    """
    if not any(tally.steps for tally in tallies):
        raise ValueError("there is nothing to sum up: nothing was measured")
    total = reduce(add, tallies)
    listed = scopes(config.num_decoder_layers, config.num_heads)
    rows = []
    for kind in KINDS:
        places = [place for place, scope in enumerate(listed) if scope.kind == kind]
        for choice, name in enumerate(CHOICES):
            shares = {
                what: getattr(total, what)[places, choice].mean().item() / total.steps
                for what in ("changed", "weight", "lost")
            }
            rows.append({"scope": kind, "choice": name} | {what: round(share, 6) for what, share in shares.items()})
    heads = config.num_decoder_layers * config.num_heads
    agree = (total.agree / total.steps).tolist()
    by_head = (total.changed[:heads, 0] / total.steps).view(-1, config.num_heads)
    return {
        "examples": total.examples, "steps": total.steps, "rows": rows,
        "by_head": [[round(share, 6) for share in row] for row in by_head.tolist()],
        "methods": list(METHODS), "agreement": [[round(share, 6) for share in row] for row in agree],
    }  # fmt: skip
