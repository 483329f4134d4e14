"""The cost of each part of a model: the numbers it holds, and the multiplications of one pass over given lengths."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.config import ModelConfig


@dataclass(frozen=True)
class PartCost:
    """Count the parameters of a part and the multiply–accumulates of its matrix products.

    Additions, norms, activations and look-ups are not products of matrices and do not count. `pairwise` is the share of
    `macs` that grows with queries × keys: scoring every pair and mixing the values. The rest grows with the length.
    """

    part: str
    parameters: int = 0
    macs: int = 0
    pairwise: int = 0


def part_costs(config: ModelConfig, source_len: int, target_len: int) -> tuple[PartCost, ...]:
    """List the costs of one pass over one source and one target, nothing cached, in the order of the run.

    Weights that are shared are counted where they are used first. The parameters sum to all that the model has.

    Raises: ValueError if a length is not positive.
    """
    if source_len < 1 or target_len < 1:
        raise ValueError(f"both lengths must be at least 1, got {source_len} and {target_len}")
    return (
        *embeddings(config),
        *layer_costs(config, "encoder", source_len, source_len),
        *memory_costs(config, source_len),
        *layer_costs(config, "decoder", target_len, source_len),
        output_cost(config, target_len),
    )


def embeddings(config: ModelConfig) -> Iterator[PartCost]:
    """Count the tables of tokens and positions."""
    learned, width = config.position == "learned", config.d_model
    yield PartCost("source_embedding", config.source_vocab_size * width)
    yield PartCost("source_position", learned * config.max_source_len * width)
    yield PartCost("target_embedding", (config.tying != "all") * config.target_vocab_size * width)
    yield PartCost("target_position", learned * config.max_target_len * width)
    for side in ("source", "target") if config.embedding_norm else ():
        yield PartCost(f"{side}_embedding_norm", 2 * width * config.layer_norm)


def layer_costs(config: ModelConfig, side: str, length: int, memory_len: int) -> Iterator[PartCost]:
    """Count every sub-layer and norm of one side, whose tokens attend to `memory_len` tokens in cross-attention."""
    width, norm = config.d_model, 2 * config.d_model * config.layer_norm
    decoder = side == "decoder"
    for layer in range(config.num_decoder_layers if decoder else config.num_encoder_layers):
        yield attention_cost(config, f"{side}.{layer}.self_attn", length, length)
        yield PartCost(f"{side}.{layer}.self_attn_add_norm", norm)
        if decoder:
            yield attention_cost(config, f"{side}.{layer}.cross_attn", length, memory_len)
            yield PartCost(f"{side}.{layer}.cross_attn_add_norm", norm)
        ffn = 2 * width * config.d_ff
        yield PartCost(f"{side}.{layer}.ffn", ffn + config.d_ff + width, length * ffn)
        yield PartCost(f"{side}.{layer}.ffn_add_norm", norm)
    if config.final_norm:
        yield PartCost(f"{side}.final_norm", norm)


def attention_cost(config: ModelConfig, part: str, query_len: int, key_len: int) -> PartCost:
    """Count one attention: projections of queries, keys, values and output; then scores and sums, for every pair."""
    width, inner = config.d_model, config.num_heads * config.d_head
    parameters = 4 * width * inner + 3 * inner + width + (config.score == "additive") * inner
    pairwise = 2 * query_len * key_len * inner
    return PartCost(part, parameters, 2 * (query_len + key_len) * width * inner + pairwise, pairwise)


def memory_costs(config: ModelConfig, source_len: int) -> Iterator[PartCost]:
    """Count what stands between encoder and decoder in some models: a mix of layers, a classifier of the length."""
    if config.wiring == "mixed":
        shares = config.num_decoder_layers * config.num_encoder_layers
        yield PartCost("mix_logits", shares, shares * source_len * config.d_model)
    if config.decoder == "length":
        lengths = config.max_target_len + 1
        yield PartCost("length_head", (config.d_model + 1) * lengths, config.d_model * lengths)


def output_cost(config: ModelConfig, target_len: int) -> PartCost:
    """Count the scores of all symbols of the vocabulary."""
    table = config.target_vocab_size * config.d_model
    return PartCost("output", (config.tying == "none") * table + config.target_vocab_size, target_len * table)
