"""Go on from a model with a source vocabulary that has more symbols than it knew."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from core.config import ModelConfig
from core.model import Transformer
from core.sentences import Refusal
from core.vocab import Vocabulary

EMBEDDING = "source_embedding.weight"


def add_source_symbols(
    config: ModelConfig, weights: Mapping[str, Tensor], before: Vocabulary, after: Vocabulary, seed: int
) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Return the configuration and weights for the larger source vocabulary; as they are if it is the same.

    Every symbol keeps its embedding; new ones get embeddings drawn from the seed, as in a new model.

    Raises: Refusal if a symbol would be lost, or if the embeddings are shared with the target's.
    """
    if before == after:
        return config, dict(weights)
    if missing := set(before.symbols) - set(after.symbols):
        raise Refusal("refusal.symbols_lost", symbols=", ".join(map(repr, sorted(missing))))
    if config.tying == "all":
        raise Refusal("refusal.shared_symbols")
    larger = replace(config, source_vocab_size=len(after))
    embedding = Transformer(larger, torch.Generator().manual_seed(seed)).state_dict()[EMBEDDING].clone()
    names = [before.name(number) for number in range(len(before))]
    embedding[after.encode(names)] = weights[EMBEDDING].to(embedding.dtype)
    return larger, {**weights, EMBEDDING: embedding}
